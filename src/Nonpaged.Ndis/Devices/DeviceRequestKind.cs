namespace Nonpaged.Ndis;

/// <summary>What a message to a device asks for.</summary>
internal enum DeviceRequestKind : uint
{
    Open = 1,
    Read = 2,
    Write = 3,
    Control = 4,
    Cancel = 5,
}

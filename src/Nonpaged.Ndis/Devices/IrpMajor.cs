namespace Nonpaged.Ndis;

/// <summary>The requests that programs make here: IRP_MJ_CREATE and so on.</summary>
internal enum IrpMajor : byte
{
    Create = 0x00,
    Close = 0x02,
    Read = 0x03,
    Write = 0x04,
    DeviceControl = 0x0e,
    Cleanup = 0x12,
}

namespace Nonpaged.Ndis;

/// <summary>How an operation on a file ended; as the C structure.</summary>
internal struct IO_STATUS_BLOCK
{
    public ulong Status;
    public nint Information;
}

namespace Nonpaged.Ndis;

/// <summary>A mutex in a driver's memory; as the C structure.</summary>
internal struct KMUTANT
{
    public DISPATCHER_HEADER Header;
    public nint MutantListFlink;
    public nint MutantListBlink;

    /// <summary>The KTHREAD that holds it; 0 where it is free.</summary>
    public nint OwnerThread;
    public byte Abandoned;
    public byte ApcDisable;
}

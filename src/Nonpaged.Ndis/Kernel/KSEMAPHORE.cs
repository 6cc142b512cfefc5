namespace Nonpaged.Ndis;

/// <summary>A semaphore in a driver's memory; as the C structure.</summary>
internal struct KSEMAPHORE
{
    public DISPATCHER_HEADER Header;
    public int Limit;
}

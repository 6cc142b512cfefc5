namespace Nonpaged.Ndis;

/// <summary>A timer in a driver's memory; as the C structure.</summary>
internal unsafe struct KTIMER
{
    public DISPATCHER_HEADER Header;
    public ulong DueTime;
    public nint TimerListFlink;
    public nint TimerListBlink;
    public KDPC* Dpc;

    /// <summary>In milliseconds; 0 for a timer that runs once.</summary>
    public int Period;
}

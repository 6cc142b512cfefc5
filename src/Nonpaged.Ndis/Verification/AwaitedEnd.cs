namespace Nonpaged.Ndis;

/// <summary>One send or request whose end its caller waits for a moment. Either it ends first, or the caller gives up.</summary>
internal sealed class AwaitedEnd(nint what)
{
    private const int Awaited = 0;
    private const int Ended = 1;
    private const int GivenUp = 2;

    private int _state;
    private NDIS_STATUS _status;

    public nint What => what;

    public bool HasEnded => Volatile.Read(ref _state) == Ended;

    public NDIS_STATUS Status => _status;

    public bool TryEnd(NDIS_STATUS status)
    {
        _status = status;
        return Interlocked.CompareExchange(ref _state, Ended, Awaited) == Awaited;
    }

    public bool GiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Awaited) == Awaited;
}

namespace Nonpaged.Ndis;

/// <summary>
/// Holds a call up now and then, one at a time, so that other threads come in between also where few processors are free.
/// Windows' Driver Verifier has the same by the name of kernel synchronization delay fuzzing. Thread-safe.
/// </summary>
internal sealed class CallDelays(int seed)
{
    // One of so many is held up, for as long as others take for some calls.
    private const int Calls = 8;
    private const int Milliseconds = 3;

    private readonly Random _random = new(seed);
    private int _isHolding;

    public void Delay()
    {
        int pick;
        lock (_random) pick = _random.Next(Calls);
        if (pick != 0 || Interlocked.Exchange(ref _isHolding, 1) != 0) return;
        Thread.Sleep(Milliseconds);
        Volatile.Write(ref _isHolding, 0);
    }
}

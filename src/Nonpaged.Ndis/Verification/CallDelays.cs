namespace Nonpaged.Ndis;

/// <summary>
/// Holds a call up now and then, so that other threads come in between also where few processors are free. Windows' Driver
/// Verifier has the same by the name of kernel synchronization delay fuzzing. Thread-safe.
/// </summary>
internal sealed class CallDelays(int seed)
{
    // Of so many calls one waits, and some more let another thread go first.
    private const int Calls = 64;
    private const int Yields = 8;

    private readonly Random _random = new(seed);

    public void Delay()
    {
        int pick;
        lock (_random) pick = _random.Next(Calls);
        if (pick == 0) Thread.Sleep(1);
        else if (pick <= Yields) Thread.Yield();
    }
}

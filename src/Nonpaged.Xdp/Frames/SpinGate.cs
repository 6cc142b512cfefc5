using System.Runtime.CompilerServices;

namespace Nonpaged.Xdp;

/// <summary>
/// A lock that spins: for what takes no longer than copying some numbers. Not to be entered twice. A thread that has come often
/// and alone needs no atomic instruction any more, which would take longer than all the rest. The first other one that comes
/// then has all processors pass a barrier (membarrier(2)) and waits for that thread to leave; from then on it is a lock like
/// others.
/// </summary>
internal struct SpinGate()
{
    private const int Everybody = -1;
    private const int Changing = -2;
    private const int Often = 256;

    // The number of the thread that needs no atomic instruction, or one of those above. It was inside when it became the one, and
    // left the gate closed for others.
    private int _one = Everybody;

    // That thread is inside. Nobody else writes it.
    private int _isInside;

    private int _isClosed;
    private int _isChanging;

    // Written inside.
    private bool _hasChanged;
    private int _last;
    private int _times;

    // Dekker's: each writes what it does before it looks at what the other one does. The barrier of the one that comes later is
    // the barrier of both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (!TryEnterAlone()) EnterSlowly();
    }

    /// <summary>
    /// Enters where the calling thread needs no atomic instruction, until <see cref="ExitAlone"/>. Otherwise there is
    /// <see cref="Enter"/>. For methods that keep what they do then apart from all that calls something.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnterAlone()
    {
        int self = ThreadNumber.Current;
        if (_one != self) return false;
        Volatile.Write(ref _isInside, 1);
        if (Volatile.Read(ref _one) == self) return true;
        Volatile.Write(ref _isInside, 0);
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ExitAlone() => Volatile.Write(ref _isInside, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit()
    {
        if (_one == Everybody) Volatile.Write(ref _isClosed, 0);
        else Volatile.Write(ref _isInside, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterSlowly()
    {
        int self = ThreadNumber.Ensure();
        var wait = default(SpinWait);
        while (true)
        {
            int one = Volatile.Read(ref _one);
            if (one == Everybody && Interlocked.CompareExchange(ref _isClosed, 1, 0) == 0)
            {
                Count(self);
                return;
            }

            if (one >= 0 && Interlocked.CompareExchange(ref _isChanging, 1, 0) == 0) Change();
            wait.SpinOnce();
        }
    }

    private void Count(int self)
    {
        if (_hasChanged) return;
        _times = _last == self ? _times + 1 : 1;
        _last = self;
        if (_times < Often) return;
        _isInside = 1;
        Volatile.Write(ref _one, self);
    }

    private void Change()
    {
        Volatile.Write(ref _one, Changing);
        Interlocked.MemoryBarrierProcessWide();
        var wait = default(SpinWait);
        while (Volatile.Read(ref _isInside) != 0) wait.SpinOnce();
        _hasChanged = true;
        // In this order: who gets it must find that it is everybody's when it leaves.
        Volatile.Write(ref _one, Everybody);
        Volatile.Write(ref _isClosed, 0);
    }
}

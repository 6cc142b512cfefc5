using System.Runtime.CompilerServices;

namespace Nonpaged.Xdp;

/// <summary>
/// A lock that costs its first thread nothing but two stores, for as long as no other thread comes; from then on it is one that
/// spins. Not for what takes long, nor to be entered twice.
/// </summary>
/// <remarks>
/// The first thread writes that it is inside, and then looks whether it is still alone. A processor may do that the other way
/// round; so the one that ends its being alone has all processors of the process pass a barrier (membarrier(2)) before it looks
/// whether the first one is inside. Either the first one has seen that it is not alone, or the other sees it inside, and waits.
/// </remarks>
internal struct BiasedLock
{
    private const int Nobody = 0;
    private const int All = -1;

    private int _owner;
    private int _isInside;
    private int _gate;

    // Of the one that is inside.
    private bool _isOwner;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        int thread = Environment.CurrentManagedThreadId;
        if (_owner == thread)
        {
            Volatile.Write(ref _isInside, 1);
            if (Volatile.Read(ref _owner) == thread)
            {
                _isOwner = true;
                return;
            }

            Volatile.Write(ref _isInside, 0);
        }

        EnterAmongOthers(thread);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit()
    {
        if (_isOwner) Volatile.Write(ref _isInside, 0);
        else Volatile.Write(ref _gate, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterAmongOthers(int thread)
    {
        if (Interlocked.CompareExchange(ref _owner, thread, Nobody) == Nobody)
        {
            Enter();
            return;
        }

        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref _gate, 1, 0) != 0) wait.SpinOnce();
        if (Volatile.Read(ref _owner) != All)
        {
            Volatile.Write(ref _owner, All);
            Interlocked.MemoryBarrierProcessWide();
            while (Volatile.Read(ref _isInside) != 0) wait.SpinOnce();
        }

        _isOwner = false;
    }
}

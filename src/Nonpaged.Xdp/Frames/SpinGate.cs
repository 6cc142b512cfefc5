using System.Runtime.CompilerServices;

namespace Nonpaged.Xdp;

/// <summary>A lock that spins: for what takes no longer than copying some numbers. Not to be entered twice.</summary>
internal struct SpinGate
{
    private int _isClosed;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _isClosed, 1, 0) != 0) Spin();
    }

    public void Exit() => Volatile.Write(ref _isClosed, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Spin()
    {
        var wait = default(SpinWait);
        do wait.SpinOnce();
        while (Volatile.Read(ref _isClosed) != 0 || Interlocked.CompareExchange(ref _isClosed, 1, 0) != 0);
    }
}

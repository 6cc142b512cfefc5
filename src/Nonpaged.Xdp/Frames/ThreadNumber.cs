using System.Runtime.CompilerServices;

namespace Nonpaged.Xdp;

/// <summary>Numbers of threads, from 1 on, that take fewer instructions to ask for than the runtime's.</summary>
internal static class ThreadNumber
{
    private static int s_last;

    [ThreadStatic]
    private static int t_number;

    /// <summary>That of the calling thread; 0 where <see cref="Ensure"/> was never called on it.</summary>
    public static int Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_number;
    }

    public static int Ensure() => t_number > 0 ? t_number : t_number = Interlocked.Increment(ref s_last);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>
/// Tells ThreadSanitizer, where a driver brought it into the process, what NDIS orders: this library is not compiled for it, so
/// that its locks and queues are not seen. What a driver did before it came to NDIS is before whatever it does after NDIS called
/// it, or returned to it. A race that is told has neither a lock nor NDIS between its two accesses. Does nothing without it
/// (compiler-rt, tsan_interface.h: __tsan_acquire, __tsan_release).
/// </summary>
internal static unsafe class ThreadOrder
{
    private static readonly delegate* unmanaged<void*, void> s_acquire = Find("__tsan_acquire");
    private static readonly delegate* unmanaged<void*, void> s_release = Find("__tsan_release");

    private static readonly string[] s_handsOver =
    [
        "NdisSend", "NdisFree", "NdisReturnPackets", "NdisReleaseSpinLock", "NdisDprReleaseSpinLock", "KeReleaseSpinLock",
        "NdisIMCopy", "NdisQueryPacket", "NdisQueryBuffer", "NdisChain", "NdisUnchain", "NdisMIndicate", "NdisMEthIndicate",
        "NdisCopyFromPacket", "NdisSetEvent", "KeSetEvent",
    ];

    // After so many calls a thread stays where it is for a moment: a prime, so that it is not always the same call of a function.
    private const uint CallsBetweenPauses = 31;

    [ThreadStatic]
    private static uint t_calls;

    // The runtime keeps what it knows of an order by an address.
    private static readonly void* s_order = s_acquire == null ? null : NativeMemory.AllocZeroed(64);

    /// <summary>The driver begins, or goes on: it sees what was done before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Acquire()
    {
        if (s_order == null) return;
        s_acquire(s_order);
        Pause();
    }

    /// <summary>The driver ends, or NDIS has its turn: what it did is done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Release()
    {
        if (s_order != null) s_release(s_order);
    }

    /// <summary>The runtime is there.</summary>
    public static bool IsWatched => s_order != null;

    /// <summary>
    /// Whether behind a call of NDIS the driver goes on after what others did before: it took a lock, waited, or got memory that
    /// was another's. To hand something over, or to free it, orders nothing of the driver's.
    /// </summary>
    public static bool Orders(string call) => !s_handsOver.Any(start => call.StartsWith(start, StringComparison.Ordinal))
        && !(call.StartsWith("NdisM", StringComparison.Ordinal) && call.EndsWith("Complete", StringComparison.Ordinal));

    /// <summary>
    /// Two threads that are in the driver at once are seen to race where neither comes to NDIS between the two accesses: that
    /// takes more than the nanoseconds between two calls. So now and then one stays, and others go on.
    /// </summary>
    private static void Pause()
    {
        if (++t_calls % CallsBetweenPauses == 0) Thread.Sleep(1);
    }

    private static delegate* unmanaged<void*, void> Find(string name) =>
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), name, out nint function)
            ? (delegate* unmanaged<void*, void>)function
            : null;
}

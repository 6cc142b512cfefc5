using System.Runtime.CompilerServices;

namespace Nonpaged.Ndis;

/// <summary>The spin lock that all cancel routines are called under: IoAcquireCancelSpinLock. One for the process.</summary>
internal static class CancelLock
{
    // 0: free; else the managed id of the thread that holds it, so that a second acquire is a report and not a hang.
    private static int s_holder;

    /// <summary>The calling thread holds it.</summary>
    public static bool IsHeldHere => Volatile.Read(ref s_holder) == Environment.CurrentManagedThreadId;

    /// <summary>Takes the lock and raises the IRQL to DISPATCH_LEVEL. Returns the IRQL before.</summary>
    public static Irql Acquire([CallerMemberName] string call = "")
    {
        Irql before = CallContext.Current.Irql;
        int self = Environment.CurrentManagedThreadId;
        if (IsHeldHere)
        {
            CallContext.Current.Report(
                NdisReportKind.BrokenRule, call, "The thread holds the cancel spin lock already: a deadlock.");
            return before;
        }

        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref s_holder, self, 0) != 0) wait.SpinOnce();
        if (before < Irql.DISPATCH_LEVEL) CallContext.ChangeIrql(Irql.DISPATCH_LEVEL);
        return before;
    }

    /// <summary>Gives the lock back, and puts the IRQL to what the caller says it was.</summary>
    public static void Release(Irql irql, [CallerMemberName] string call = "")
    {
        int self = Environment.CurrentManagedThreadId;
        if (Interlocked.CompareExchange(ref s_holder, 0, self) != self)
        {
            CallContext.Current.Report(NdisReportKind.BrokenRule, call, "The thread does not hold the cancel spin lock.");
            return;
        }

        if (irql < CallContext.Current.Irql) CallContext.ChangeIrql(irql);
    }
}

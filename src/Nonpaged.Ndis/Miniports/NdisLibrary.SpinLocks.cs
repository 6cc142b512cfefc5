namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>Sets up a spin lock.</summary>
    public static void NdisAllocateSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        *SpinLock = default;
        CallContext.Current.Instance.Options.Verification?.Locks.Forget((nint)(&SpinLock->SpinLock));
    }

    /// <summary>Ends a spin lock, which nobody may hold.</summary>
    public static void NdisFreeSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        if (Volatile.Read(ref SpinLock->SpinLock) != 0)
            CallContext.Current.Report(NdisReportKind.BrokenRule, nameof(NdisFreeSpinLock), "The lock is held.");
    }

    /// <summary>
    /// Takes a spin lock, and raises the IRQL to DISPATCH_LEVEL until it is given back. Taken twice by one thread, which would
    /// hang a real system, it is reported.
    /// </summary>
    public static void NdisAcquireSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        if (!Take(&SpinLock->SpinLock, nameof(NdisAcquireSpinLock))) return;
        SpinLock->OldIrql = (byte)CallContext.Current.Irql;
        if (CallContext.Current.Irql < Irql.DISPATCH_LEVEL) CallContext.ChangeIrql(Irql.DISPATCH_LEVEL);
    }

    /// <summary>Gives a spin lock back, and puts the IRQL back to what it was.</summary>
    public static void NdisReleaseSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        var before = (Irql)SpinLock->OldIrql;
        if (Give(&SpinLock->SpinLock, nameof(NdisReleaseSpinLock)) && before < CallContext.Current.Irql)
            CallContext.ChangeIrql(before);
    }

    /// <summary>As NdisAcquireSpinLock, at DISPATCH_LEVEL.</summary>
    public static void NdisDprAcquireSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        RequireDispatch(nameof(NdisDprAcquireSpinLock));
        Take(&SpinLock->SpinLock, nameof(NdisDprAcquireSpinLock));
    }

    /// <summary>As NdisReleaseSpinLock, at DISPATCH_LEVEL.</summary>
    public static void NdisDprReleaseSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        RequireDispatch(nameof(NdisDprReleaseSpinLock));
        Give(&SpinLock->SpinLock, nameof(NdisDprReleaseSpinLock));
    }

    /// <summary>The IRQL at which the calling thread runs. (WDK, KeGetCurrentIrql.)</summary>
    public static Irql KeGetCurrentIrql() => CallContext.Current.Irql;

    /// <summary>
    /// Raises the IRQL of the calling thread. A lower one is reported, and nothing changes. (WDK, KeRaiseIrql.)
    /// </summary>
    public static void KeRaiseIrql(Irql NewIrql, out Irql OldIrql)
    {
        CallContext context = CallContext.Current;
        OldIrql = context.Irql;
        if (NewIrql > context.Irql) Verification.Current?.OnRaise();
        if (NewIrql >= context.Irql) CallContext.ChangeIrql(NewIrql);
        else context.Report(
            NdisReportKind.BrokenRule, nameof(KeRaiseIrql), $"The IRQL is {context.Irql} and cannot be raised to {NewIrql}.");
    }

    /// <summary>
    /// Lowers the IRQL of the calling thread. A higher one is reported, and nothing changes. (WDK, KeLowerIrql.)
    /// </summary>
    public static void KeLowerIrql(Irql NewIrql)
    {
        CallContext context = CallContext.Current;
        if (NewIrql <= context.Irql) CallContext.ChangeIrql(NewIrql);
        else context.Report(
            NdisReportKind.BrokenRule, nameof(KeLowerIrql), $"The IRQL is {context.Irql} and cannot be lowered to {NewIrql}.");
    }

    /// <summary>Takes a lock, spinning. False, and reported, where the thread holds it already.</summary>
    /// <param name="spinLock">0 where the lock is free; else the managed id of the thread that holds it.</param>
    /// <param name="call">The call of the driver.</param>
    /// <param name="highest">The IRQL at which it may be made at most.</param>
    internal static bool Take(long* spinLock, string call, Irql highest = Irql.DISPATCH_LEVEL)
    {
        Caller(highest, call);
        long self = Environment.CurrentManagedThreadId;
        if (Volatile.Read(ref *spinLock) == self)
        {
            CallContext.Current.Report(NdisReportKind.BrokenRule, call, "The thread holds the lock already: a deadlock.");
            return false;
        }

        Verification? verification = CallContext.Current.Instance.Options.Verification;
        IReadOnlyList<CodePlace> stack = verification?.Stack() ?? [];
        if (verification?.Locks.OnTake((nint)spinLock, stack) is { } reversed) ReportOrder(call, (nint)spinLock, reversed);
        verification?.Delays?.Delay();
        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref *spinLock, self, 0) != 0) wait.SpinOnce();
        if (verification is not null) LockOrder.OnTaken((nint)spinLock, call, stack);
        return true;
    }

    /// <summary>Gives a lock back. False, and reported, where the thread does not hold it.</summary>
    internal static bool Give(long* spinLock, string call)
    {
        long self = Environment.CurrentManagedThreadId;
        LockOrder.OnGiven((nint)spinLock);
        if (Interlocked.CompareExchange(ref *spinLock, 0, self) == self) return true;
        CallContext.Current.Report(NdisReportKind.BrokenRule, call, "The thread does not hold the lock.");
        return false;
    }

    private static void RequireDispatch(string call)
    {
        CallContext context = CallContext.Current;
        if (context.Irql >= Irql.DISPATCH_LEVEL || context.Driver == Driver.Program) return;
        context.Report(
            NdisReportKind.IrqlTooLow, call,
            $"The call was made at {context.Irql}; its documents demand DISPATCH_LEVEL, at which nothing else takes the "
                + "processor.");
    }

    private static void ReportOrder(string call, nint spinLock, (nint Other, IReadOnlyList<CodePlace> Stack) reversed)
    {
        CallContext context = CallContext.Current;
        string where = reversed.Stack.Count == 0 ? "" : $" ({reversed.Stack[0]})";
        context.Instance.Report(new NdisReport(
            NdisReportKind.LockOrder, call, context.Driver.Name,
            $"The spin lock at 0x{spinLock:x} is taken while that at 0x{reversed.Other:x} is held, and elsewhere the other way "
                + $"round{where}: two threads can wait for each other for ever.")
        {
            AllocationStack = reversed.Stack,
        });
    }
}

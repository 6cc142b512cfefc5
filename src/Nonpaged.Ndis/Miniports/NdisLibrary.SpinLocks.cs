namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>Sets up a spin lock.</summary>
    public static void NdisAllocateSpinLock(NDIS_SPIN_LOCK* SpinLock) => *SpinLock = default;

    /// <summary>Ends a spin lock, which nobody may hold.</summary>
    public static void NdisFreeSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        if (Volatile.Read(ref SpinLock->SpinLock) != 0)
            CallContext.Current.Report(NdisReportKind.BrokenRule, nameof(NdisFreeSpinLock), "The lock is held.");
    }

    /// <summary>Takes a spin lock. Taken twice by one thread, which would hang a real system, it is reported.</summary>
    public static void NdisAcquireSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        var context = Caller(Irql.DISPATCH_LEVEL);
        var self = (long)Environment.CurrentManagedThreadId;
        if (Volatile.Read(ref SpinLock->SpinLock) == self)
        {
            context.Report(NdisReportKind.BrokenRule, nameof(NdisAcquireSpinLock), "The thread holds the lock already: a deadlock.");
            return;
        }

        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref SpinLock->SpinLock, self, 0) != 0) wait.SpinOnce();
    }

    /// <summary>Gives a spin lock back.</summary>
    public static void NdisReleaseSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        if (Interlocked.CompareExchange(ref SpinLock->SpinLock, 0, Environment.CurrentManagedThreadId) != Environment.CurrentManagedThreadId)
            CallContext.Current.Report(NdisReportKind.BrokenRule, nameof(NdisReleaseSpinLock), "The thread does not hold the lock.");
    }

    /// <summary>As NdisAcquireSpinLock, at DISPATCH_LEVEL.</summary>
    public static void NdisDprAcquireSpinLock(NDIS_SPIN_LOCK* SpinLock) => NdisAcquireSpinLock(SpinLock);

    /// <summary>As NdisReleaseSpinLock, at DISPATCH_LEVEL.</summary>
    public static void NdisDprReleaseSpinLock(NDIS_SPIN_LOCK* SpinLock) => NdisReleaseSpinLock(SpinLock);
}

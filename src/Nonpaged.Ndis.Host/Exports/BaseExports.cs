using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ndisbase.h and wdm.h: spin locks, IRQL, events, time, strings, debugging.</summary>
internal static unsafe class BaseExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAllocateSpinLock))]
    public static void NdisAllocateSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        using var call = NativeCall.Enter(nameof(NdisAllocateSpinLock));
        NdisLibrary.NdisAllocateSpinLock(SpinLock);
        call.Trace($"SpinLock={SpinLock}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisFreeSpinLock))]
    public static void NdisFreeSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        using var call = NativeCall.Enter(nameof(NdisFreeSpinLock));
        NdisLibrary.NdisFreeSpinLock(SpinLock);
        call.Trace($"SpinLock={SpinLock}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAcquireSpinLock))]
    public static void NdisAcquireSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        using var call = NativeCall.Enter(nameof(NdisAcquireSpinLock));
        NdisLibrary.NdisAcquireSpinLock(SpinLock);
        call.Trace($"SpinLock={SpinLock}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisReleaseSpinLock))]
    public static void NdisReleaseSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        using var call = NativeCall.Enter(nameof(NdisReleaseSpinLock));
        NdisLibrary.NdisReleaseSpinLock(SpinLock);
        call.Trace($"SpinLock={SpinLock}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisDprAcquireSpinLock))]
    public static void NdisDprAcquireSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        using var call = NativeCall.Enter(nameof(NdisDprAcquireSpinLock));
        NdisLibrary.NdisDprAcquireSpinLock(SpinLock);
        call.Trace($"SpinLock={SpinLock}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisDprReleaseSpinLock))]
    public static void NdisDprReleaseSpinLock(NDIS_SPIN_LOCK* SpinLock)
    {
        using var call = NativeCall.Enter(nameof(NdisDprReleaseSpinLock));
        NdisLibrary.NdisDprReleaseSpinLock(SpinLock);
        call.Trace($"SpinLock={SpinLock}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeGetCurrentIrql))]
    public static byte KeGetCurrentIrql()
    {
        using var call = NativeCall.Enter(nameof(KeGetCurrentIrql));
        Irql irql = NdisLibrary.KeGetCurrentIrql();
        call.Trace($"={irql}");
        return (byte)irql;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeRaiseIrql))]
    public static void KeRaiseIrql(byte NewIrql, byte* OldIrql)
    {
        using var call = NativeCall.Enter(nameof(KeRaiseIrql));
        NdisLibrary.KeRaiseIrql((Irql)NewIrql, out Irql before);
        *OldIrql = (byte)before;
        call.Trace($"NewIrql={NewIrql} OldIrql={*OldIrql}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeLowerIrql))]
    public static void KeLowerIrql(byte NewIrql)
    {
        using var call = NativeCall.Enter(nameof(KeLowerIrql));
        NdisLibrary.KeLowerIrql((Irql)NewIrql);
        call.Trace($"NewIrql={NewIrql}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisInitializeEvent))]
    public static void NdisInitializeEvent(NDIS_EVENT* Event)
    {
        using var call = NativeCall.Enter(nameof(NdisInitializeEvent));
        NdisLibrary.NdisInitializeEvent(Event);
        call.Trace($"Event={Event}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisSetEvent))]
    public static void NdisSetEvent(NDIS_EVENT* Event)
    {
        using var call = NativeCall.Enter(nameof(NdisSetEvent));
        NdisLibrary.NdisSetEvent(Event);
        call.Trace($"Event={Event}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisResetEvent))]
    public static void NdisResetEvent(NDIS_EVENT* Event)
    {
        using var call = NativeCall.Enter(nameof(NdisResetEvent));
        NdisLibrary.NdisResetEvent(Event);
        call.Trace($"Event={Event}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisWaitEvent))]
    public static byte NdisWaitEvent(NDIS_EVENT* Event, uint MillisecondsToWait)
    {
        using var call = NativeCall.Enter(nameof(NdisWaitEvent));
        byte signalled = NdisLibrary.NdisWaitEvent(Event, MillisecondsToWait) ? (byte)1 : (byte)0;
        call.Trace($"Event={Event} MillisecondsToWait={MillisecondsToWait} ={signalled}");
        return signalled;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMSleep))]
    public static void NdisMSleep(uint MicrosecondsToSleep)
    {
        using var call = NativeCall.Enter(nameof(NdisMSleep));
        NdisLibrary.NdisMSleep(MicrosecondsToSleep);
        call.Trace($"MicrosecondsToSleep={MicrosecondsToSleep}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisStallExecution))]
    public static void NdisStallExecution(uint MicrosecondsToStall)
    {
        using var call = NativeCall.Enter(nameof(NdisStallExecution));
        NdisLibrary.NdisStallExecution(MicrosecondsToStall);
        call.Trace($"MicrosecondsToStall={MicrosecondsToStall}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeStallExecutionProcessor))]
    public static void KeStallExecutionProcessor(uint MicroSeconds)
    {
        using var call = NativeCall.Enter(nameof(KeStallExecutionProcessor));
        NdisLibrary.NdisStallExecution(MicroSeconds);
        call.Trace($"MicroSeconds={MicroSeconds}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisGetSystemUpTime))]
    public static void NdisGetSystemUpTime(uint* SystemUpTime)
    {
        using var call = NativeCall.Enter(nameof(NdisGetSystemUpTime));
        *SystemUpTime = (uint)Environment.TickCount64;
        call.Trace($"SystemUpTime={*SystemUpTime}");
    }

    /// <summary>In units of 100 ns since 1601, as Windows counts.</summary>
    [UnmanagedCallersOnly(EntryPoint = nameof(KeQuerySystemTime))]
    public static void KeQuerySystemTime(long* CurrentTime)
    {
        using var call = NativeCall.Enter(nameof(KeQuerySystemTime));
        *CurrentTime = DateTime.UtcNow.ToFileTimeUtc();
        call.Trace($"CurrentTime={*CurrentTime}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeQueryPerformanceCounter))]
    public static long KeQueryPerformanceCounter(long* PerformanceFrequency)
    {
        using var call = NativeCall.Enter(nameof(KeQueryPerformanceCounter));
        if (PerformanceFrequency != null) *PerformanceFrequency = Stopwatch.Frequency;
        long now = Stopwatch.GetTimestamp();
        call.Trace($"={now}");
        return now;
    }

    /// <summary>In units of 100 ns since the system started.</summary>
    [UnmanagedCallersOnly(EntryPoint = nameof(KeQueryInterruptTime))]
    public static long KeQueryInterruptTime()
    {
        using var call = NativeCall.Enter(nameof(KeQueryInterruptTime));
        long now = Stopwatch.GetElapsedTime(0).Ticks;
        call.Trace($"={now}");
        return now;
    }

    /// <summary>In units of KeQueryTimeIncrement's 15.625 ms since the system started.</summary>
    [UnmanagedCallersOnly(EntryPoint = nameof(KeQueryTickCount))]
    public static void KeQueryTickCount(long* CurrentCount)
    {
        const long Increment = 156_250;
        using var call = NativeCall.Enter(nameof(KeQueryTickCount));
        *CurrentCount = Stopwatch.GetElapsedTime(0).Ticks / Increment;
        call.Trace($"CurrentCount={*CurrentCount}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(DbgBreakPoint))]
    public static void DbgBreakPoint()
    {
        using var call = NativeCall.Enter(nameof(DbgBreakPoint));
        CallContext.Current.ReportOnce(
            nameof(DbgBreakPoint),
            $"The driver stopped for a debugger in {CurrentCall.Function ?? "its code"}. There is none, and it went on; "
                + "a real system would not.");
        call.Trace($"");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedAssertionFailed))]
    public static void NonpagedAssertionFailed(byte* Expression, byte* File, uint Line)
    {
        using var call = NativeCall.Enter("ASSERT");
        CallContext.Current.ReportOnce(
            "ASSERT", $"{Text(Expression)} does not hold, at {Text(File)}:{Line}. The driver went on; a real system would not.");
        call.Trace($"Expression={Text(Expression)} File={Text(File)} Line={Line}");
    }

    /// <summary>What DbgPrint of native/debug.c has formatted.</summary>
    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedDebugText))]
    public static void NonpagedDebugText(byte* Line)
    {
        using var call = NativeCall.Enter("DbgPrint");
        CallContext context = CallContext.Current;
        context.Instance.WriteLog($"{context.Driver.Name}: {Text(Line)}");
        call.Trace($"Text={Text(Line)}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedWriteErrorLog))]
    public static void NonpagedWriteErrorLog(nint NdisAdapterHandle, uint ErrorCode, uint NumberOfErrorValues, uint* ErrorValues)
    {
        using var call = NativeCall.Enter("NdisWriteErrorLogEntry");
        NdisLibrary.NdisWriteErrorLogEntry(
            new NDIS_HANDLE(NdisAdapterHandle), ErrorCode, new ReadOnlySpan<uint>(ErrorValues, (int)NumberOfErrorValues));
        call.Trace($"NdisAdapterHandle={NdisAdapterHandle} ErrorCode={ErrorCode} NumberOfErrorValues={NumberOfErrorValues}");
    }

    internal static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "NULL";
}

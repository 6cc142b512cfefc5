using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ntps.h: threads. PsCreateSystemThread and PsTerminateSystemThread are native/threads.c, which calls this.</summary>
internal static unsafe class ThreadExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedPrepareThread))]
    public static nint NonpagedPrepareThread(NDIS_HANDLE* ThreadHandle, void* StartRoutine, void* StartContext)
    {
        using var call = NativeCall.Enter("PsCreateSystemThread");
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, "PsCreateSystemThread");
        nint token = 0;
        if (ThreadHandle == null || StartRoutine == null)
        {
            context.Report(NdisReportKind.BrokenRule, "PsCreateSystemThread", "ThreadHandle and StartRoutine are needed.");
        }
        else
        {
            KernelThread thread = context.Instance.Kernel.Threads.Prepare(context, out *ThreadHandle);
            token = GCHandle.ToIntPtr(GCHandle.Alloc(thread));
        }

        call.Trace($"ThreadHandle={ThreadHandle} StartRoutine={StartRoutine} StartContext={StartContext}");
        return token;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedThreadFailed))]
    public static void NonpagedThreadFailed(nint Thread, NDIS_HANDLE* ThreadHandle)
    {
        KernelThread thread = Take(Thread);
        NdisInstance instance = thread.Context.Instance;
        instance.WriteLog("PsCreateSystemThread: the kernel gave no thread.");
        KernelHandle? handle = instance.Handles.Get<KernelHandle>(*ThreadHandle);
        if (handle is not null && instance.Handles.Remove(*ThreadHandle)) handle.Close();
        *ThreadHandle = default;
        instance.Kernel.Threads.End(thread);
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedBeginThread))]
    public static void NonpagedBeginThread(nint Thread)
    {
        KernelThreads.Begin((KernelThread)GCHandle.FromIntPtr(Thread).Target!);
        CurrentCall.BeginFunction(KernelThreads.Function);
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedEndThread))]
    public static void NonpagedEndThread(nint Thread, uint ExitStatus)
    {
        KernelThread thread = Take(Thread);
        Kernel kernel = thread.Context.Instance.Kernel;
        DriverCalls.CheckEnd(thread.Context, KernelThreads.Function);
        if (kernel.Dispatcher.HeldBy((nint)thread.Memory) is > 0 and int mutexes)
        {
            thread.Context.Report(
                NdisReportKind.BrokenRule, "PsTerminateSystemThread", $"The thread ended and holds {mutexes} mutexes.");
        }

        CurrentCall.EndFunction(default);
        kernel.Threads.End(thread);
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedMayEndThread))]
    public static uint NonpagedMayEndThread(uint ExitStatus)
    {
        const string Name = "PsTerminateSystemThread";
        using var call = NativeCall.Enter(Name);
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, Name);
        call.Trace($"ExitStatus={ExitStatus}");
        if (KernelThreads.Current is null)
        {
            context.Report(
                NdisReportKind.BrokenRule, Name, "The thread is not one that the driver made by PsCreateSystemThread.");
            return 2;
        }

        if (ReferenceEquals(CurrentCall.Function, KernelThreads.Function)) return 0;
        context.Report(
            NdisReportKind.BrokenRule, Name,
            $"The thread ends in {CurrentCall.Function}, which NDIS called. End it in its own function.");
        return 1;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeGetCurrentThread))]
    public static nint KeGetCurrentThread()
    {
        using var call = NativeCall.Enter(nameof(KeGetCurrentThread));
        nint thread = CurrentThread.Address;
        call.Trace($"={thread}");
        return thread;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeSetPriorityThread))]
    public static int KeSetPriorityThread(KTHREAD* Thread, int Priority)
    {
        using var call = NativeCall.Enter(nameof(KeSetPriorityThread));
        NdisLibrary.Caller(Irql.DISPATCH_LEVEL, nameof(KeSetPriorityThread));
        (int before, Thread->Priority) = (Thread->Priority, Priority);
        call.Trace($"Thread={Thread} Priority={Priority} ={before}");
        return before;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwSetInformationThread))]
    public static uint ZwSetInformationThread(
        nint ThreadHandle, uint ThreadInformationClass, void* ThreadInformation, uint ThreadInformationLength)
    {
        const uint PriorityClass = 2, BasePriorityClass = 3;
        using var call = NativeCall.Enter(nameof(ZwSetInformationThread));
        NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(ZwSetInformationThread));
        uint status = ObjectExports.ThreadOf(ThreadHandle, nameof(ZwSetInformationThread), out KTHREAD* thread);
        if (status == NtStatus.Success && ThreadInformationClass is PriorityClass or BasePriorityClass)
        {
            if (ThreadInformationLength != sizeof(int)) status = NtStatus.InfoLengthMismatch;
            else thread->Priority = *(int*)ThreadInformation;
        }

        call.Trace($"ThreadHandle={ThreadHandle} ThreadInformationClass={ThreadInformationClass} ={status}");
        return status;
    }

    private static KernelThread Take(nint token)
    {
        var handle = GCHandle.FromIntPtr(token);
        var thread = (KernelThread)handle.Target!;
        handle.Free();
        return thread;
    }
}

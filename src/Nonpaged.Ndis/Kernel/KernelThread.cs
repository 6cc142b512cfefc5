using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>A thread that PsCreateSystemThread started.</summary>
internal sealed unsafe class KernelThread
{
    private readonly KTHREAD* _memory = CurrentThread.Make();
    private volatile bool _hasEnded;

    public KernelThread(CallContext context)
    {
        Context = context;
        nint address = (nint)_memory;
        Object = new KernelObject(
            address, DISPATCHER_HEADER.Thread, "a thread", () => NativeMemory.Free((void*)address));
    }

    /// <summary>In whose name it runs, at PASSIVE_LEVEL.</summary>
    public CallContext Context { get; }

    /// <summary>What drivers refer to. The thread has a reference until it ends.</summary>
    public KernelObject Object { get; }

    public KTHREAD* Memory => _memory;

    /// <summary>It does not run the driver's code any more.</summary>
    public bool HasEnded => _hasEnded;

    public void SetEnded() => _hasEnded = true;
}

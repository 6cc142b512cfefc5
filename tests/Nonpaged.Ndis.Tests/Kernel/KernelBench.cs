using System.Runtime.InteropServices;
using Nonpaged.Ndis.Tests.Miniports;

namespace Nonpaged.Ndis.Tests.Kernel;

/// <summary>An instance, a driver in whose name the tests call, and memory for what drivers have in theirs.</summary>
internal sealed unsafe class KernelBench : IDisposable
{
    private readonly NonpagedPool _pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "kernel" });
    private readonly List<nint> _memory = [];

    public KernelBench() => Ndis = new NdisInstance(_pool);

    public NdisInstance Ndis { get; }

    public Ndis.Kernel Kernel => Ndis.Kernel;

    public Driver Driver { get; } = new("driver", DriverKind.Protocol);

    public CallContext Context => new(Ndis, Driver, Irql.PASSIVE_LEVEL, Initializing: false);

    public KEVENT* NewEvent(bool isSynchronization, bool isSignalled = false)
    {
        KEVENT* made = New<KEVENT>();
        made->Header.Type = isSynchronization ? DISPATCHER_HEADER.SynchronizationEvent : DISPATCHER_HEADER.NotificationEvent;
        made->Header.Size = (byte)(sizeof(KEVENT) / 4);
        made->Header.SignalState = isSignalled ? 1 : 0;
        return made;
    }

    public KMUTANT* NewMutex()
    {
        KMUTANT* made = New<KMUTANT>();
        made->Header.Type = DISPATCHER_HEADER.Mutant;
        made->Header.Size = (byte)(sizeof(KMUTANT) / 4);
        made->Header.SignalState = 1;
        return made;
    }

    public KSEMAPHORE* NewSemaphore(int count, int limit)
    {
        KSEMAPHORE* made = New<KSEMAPHORE>();
        made->Header.Type = DISPATCHER_HEADER.Semaphore;
        made->Header.Size = (byte)(sizeof(KSEMAPHORE) / 4);
        made->Header.SignalState = count;
        made->Limit = limit;
        return made;
    }

    public KTIMER* NewTimer(bool isSynchronization = false)
    {
        KTIMER* made = New<KTIMER>();
        KernelTimers.Initialize(made, isSynchronization);
        return made;
    }

    public T* New<T>()
        where T : unmanaged
    {
        var memory = (T*)NativeMemory.AllocZeroed((nuint)sizeof(T));
        _memory.Add((nint)memory);
        return memory;
    }

    /// <summary>Waits for one object, without end where no time is given.</summary>
    public uint Wait(void* one, TimeSpan? time) => Kernel.Dispatcher.Wait(Context, [(nint)one], all: false, time);

    public bool Polls(void* one) => Wait(one, TimeSpan.Zero) == 0;

    public void Dispose()
    {
        Ndis.Dispose();
        _pool.Dispose();
        foreach (nint memory in _memory) NativeMemory.Free((void*)memory);
    }

    /// <summary>For what takes milliseconds on a machine that has nothing else to do.</summary>
    public static TimeSpan Patience => MiniportBench.Patience;
}

namespace Nonpaged.Ndis;

/// <summary>The threads of drivers. Thread-safe.</summary>
internal sealed unsafe class KernelThreads(KernelObjects objects, Dispatcher dispatcher, Waits waits)
{
    /// <summary>How reports name the function of a thread.</summary>
    public const string Function = "a thread's function";

    private const string Call = "PsCreateSystemThread";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    [ThreadStatic]
    private static KernelThread? t_current;

    private readonly Lock _gate = new();
    private readonly List<KernelThread> _running = [];

    /// <summary>That of the calling thread; null where no driver created it.</summary>
    public static KernelThread? Current => t_current;

    /// <summary>What a new thread needs, before it starts; and its handle.</summary>
    public KernelThread Prepare(CallContext context, out NDIS_HANDLE handle)
    {
        var thread = new KernelThread(context.Later(Irql.PASSIVE_LEVEL));
        objects.Add(thread.Object);
        handle = objects.Open(thread.Object, context.Driver, Call);
        lock (_gate) _running.Add(thread);
        return thread;
    }

    /// <summary>On the new thread, before the driver's function.</summary>
    public static void Begin(KernelThread thread)
    {
        t_current = thread;
        CurrentThread.Set(thread.Memory);
        _ = CallContext.Enter(thread.Context);
    }

    /// <summary>On the thread, when the driver's function has ended; or where the thread could not start.</summary>
    public void End(KernelThread thread)
    {
        thread.SetEnded();
        lock (_gate) _running.Remove(thread);
        dispatcher.Signal(&thread.Memory->Header, 1);
        waits.Wake();
        objects.Dereference(thread.Object);
    }

    /// <summary>
    /// Waits for a driver's threads to end, which is what a driver that stops has them do. Gives how many go on: nothing can
    /// end a thread from outside.
    /// </summary>
    public int AwaitEnd(CallContext context, Driver driver)
    {
        KernelThread[] running;
        lock (_gate) running = [.. _running.Where(one => ReferenceEquals(one.Context.Driver, driver) && one != t_current)];
        if (running.Length > 0) waits.Wait(context, s_patience, () => running.All(one => one.HasEnded));
        return running.Count(one => !one.HasEnded);
    }
}

namespace Nonpaged.Ndis;

/// <summary>What of the kernel itself drivers call beside NDIS: one for each instance. It wires its parts.</summary>
internal sealed class Kernel : IDisposable
{
    private readonly NdisInstance _instance;

    public Kernel(NdisInstance instance)
    {
        _instance = instance;
        Waits = new Waits();
        Dispatcher = new Dispatcher(Waits);
        DpcThread = new DpcThread(Waits);
        Dpcs = new Dpcs(DpcThread);
        Timers = new KernelTimers(instance.Handles, DpcThread, Dpcs, Dispatcher);
        Objects = new KernelObjects(instance.Handles);
        Threads = new KernelThreads(Objects, Dispatcher, Waits);
        Work = new KernelWork(Waits);
        Registry = new Registry();
        AdapterKeys = new AdapterKeys(Registry);
    }

    public Waits Waits { get; }

    public Dispatcher Dispatcher { get; }

    public DpcThread DpcThread { get; }

    public Dpcs Dpcs { get; }

    public KernelTimers Timers { get; }

    public KernelObjects Objects { get; }

    public KernelThreads Threads { get; }

    public KernelWork Work { get; }

    public Registry Registry { get; }

    public AdapterKeys AdapterKeys { get; }

    /// <summary>Reports and takes back what a driver left when it was unloaded.</summary>
    public void GiveBack(Driver driver, string who)
    {
        CallContext context = _instance.ProgramContext;
        // First what would make more of the rest.
        if (Threads.AwaitEnd(context, driver) is > 0 and int threads)
            Leak(driver, "PsCreateSystemThread", $"{who} left {Count(threads, "thread")} running. It must end them itself.");
        foreach (ArmedTimer timer in Timers.CancelAll(driver)) Leak(driver, timer.Call, $"{who} left a timer running.");
        foreach (KernelTimer timer in _instance.Handles.All<KernelTimer>().Where(one => ReferenceEquals(one.Owner, driver)))
            _instance.Handles.Remove(timer.Handle);
        foreach (QueuedDpc dpc in DpcThread.RemoveAll(driver))
            Leak(driver, "KeInsertQueueDpc", $"{who} left a DPC queued, for {dpc.Function}. It does not run.");
        DpcThread.AwaitEnd(context, driver);
        if (Work.AwaitEnd(context, driver) is > 0 and int items)
            Leak(driver, "IoQueueWorkItem", $"{who} left {Count(items, "work item")} running. It must end them itself.");
        foreach (KernelWorkItem item in _instance.Handles.All<KernelWorkItem>().Where(one => ReferenceEquals(one.Owner, driver)))
        {
            Leak(driver, "IoAllocateWorkItem", $"{who} left a work item.", item.Handle);
            _instance.Handles.Remove(item.Handle);
        }

        foreach (nint mutex in Dispatcher.Forget(driver))
            Leak(driver, "KeWaitForSingleObject", $"{who} left the mutex at 0x{mutex:x} held.");
        foreach (KernelHandle handle in _instance.Handles.All<KernelHandle>().Where(one => ReferenceEquals(one.Owner, driver)))
        {
            Leak(driver, handle.Call, $"{who} left the handle of {handle.What} open.", handle.Handle);
            if (_instance.Handles.Remove(handle.Handle)) handle.Close();
        }

        Waits.Abandon(driver);
    }

    public void Dispose() => DpcThread.Dispose();

    private void Leak(Driver driver, string call, string what, NDIS_HANDLE handle = default) =>
        _instance.Report(new NdisLeak(driver.Name, call, what)
        {
            Site = _instance.Handles.SiteOf(handle),
            Stack = _instance.Handles.StackOf(handle),
        });

    private static string Count(int count, string what) => count == 1 ? $"a {what}" : $"{count} {what}s";
}

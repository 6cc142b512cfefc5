namespace Nonpaged.Ndis;

/// <summary>The DPCs in drivers' memory, on their way to the DPC thread.</summary>
internal sealed unsafe class Dpcs(DpcThread thread)
{
    private const string Function = "the DPC's function";

    /// <summary>Sets up a DPC that is not queued.</summary>
    public static void Initialize(
        KDPC* dpc, delegate* unmanaged<KDPC*, void*, void*, void*, void> routine, void* context)
    {
        *dpc = default;
        dpc->Type = KDPC.TypeOfDpc;
        dpc->Importance = KDPC.MediumImportance;
        dpc->DeferredRoutine = routine;
        dpc->DeferredContext = context;
    }

    /// <summary>Has it run soon, in the name of a context. False where it is queued already.</summary>
    public bool Insert(CallContext context, KDPC* dpc, void* first, void* second)
    {
        // While it is queued, the driver leaves it alone; once it runs, it may be queued again, with other arguments.
        delegate* unmanaged<KDPC*, void*, void*, void*, void> routine = dpc->DeferredRoutine;
        nint address = (nint)dpc, given = (nint)dpc->DeferredContext, one = (nint)first, two = (nint)second;
        void Work() => routine((KDPC*)address, (void*)given, (void*)one, (void*)two);
        var queued = new QueuedDpc(address, context.Later(Irql.DISPATCH_LEVEL), Function, Work);
        if (!thread.Insert(queued, first: dpc->Importance >= KDPC.HighImportance)) return false;
        dpc->SystemArgument1 = first;
        dpc->SystemArgument2 = second;
        return true;
    }
}

namespace Nonpaged.Ndis;

/// <summary>
/// A device of a driver: its DEVICE_OBJECT, and what calls its driver's dispatch functions. Thread-safe.
/// </summary>
internal sealed unsafe class DeviceEntry
{
    private readonly MemoryBlock _memory;
    private readonly nint[]? _functions;
    private int _calls;
    private int _files;
    private int _isGone;
    private int _isFree;

    /// <param name="instance">Whose device it is.</param>
    /// <param name="driver">The driver that made it.</param>
    /// <param name="call">The call that made it, for what is told of it.</param>
    /// <param name="name">The name in its one way to write it; null for none.</param>
    /// <param name="functions">The device's own dispatch functions; null for those of the driver object.</param>
    /// <param name="memory">Holds the object and, behind it, the extension.</param>
    public DeviceEntry(NdisInstance instance, Driver driver, string call, string? name, nint[]? functions, MemoryBlock memory)
    {
        Instance = instance;
        Driver = driver;
        Call = call;
        Name = name;
        Context = new CallContext(instance, driver, Irql.PASSIVE_LEVEL, Initializing: false);
        Site = NdisInstance.CallSite?.Invoke();
        _functions = functions;
        _memory = memory;
    }

    public NdisInstance Instance { get; }

    public Driver Driver { get; }

    public string Call { get; }

    public string? Name { get; }

    /// <summary>The link that was made with it; null for none.</summary>
    public string? Link { get; init; }

    /// <summary>What NdisMRegisterDevice gave.</summary>
    public NDIS_HANDLE Handle { get; set; }

    public string? Site { get; }

    /// <summary>In which its driver's functions run.</summary>
    public CallContext Context { get; }

    public DEVICE_OBJECT* Object => (DEVICE_OBJECT*)_memory.Address;

    /// <summary>How many programs have it open.</summary>
    public int Files => Volatile.Read(ref _files);

    public bool IsGone => Volatile.Read(ref _isGone) != 0;

    public override string ToString() => Name ?? $"the unnamed device at 0x{(nint)Object:x}";

    /// <summary>A program opens it, or one of a stack above it.</summary>
    public NTSTATUS Open()
    {
        if (IsGone) return STATUS_NO_SUCH_DEVICE;
        int files = Interlocked.Increment(ref _files);
        if (files == 1 || (Object->Flags & DEVICE_OBJECT.DO_EXCLUSIVE) == 0) return STATUS_SUCCESS;
        Close();
        return STATUS_ACCESS_DENIED;
    }

    /// <summary>A program has closed it. The last one that had a deleted device open lets the object go.</summary>
    public void Close()
    {
        if (Interlocked.Decrement(ref _files) == 0 && IsGone) Free();
    }

    /// <summary>Calls the driver's function for a request, at the IRQL of the caller.</summary>
    public NTSTATUS Dispatch(IRP* irp)
    {
        Interlocked.Increment(ref _calls);
        try
        {
            if (IsGone) return IoPacket.CompleteHere(irp, STATUS_DEVICE_REMOVED);
            byte major = irp->CurrentStackLocation->MajorFunction;
            var function = (delegate* unmanaged<DEVICE_OBJECT*, IRP*, NTSTATUS>)FunctionFor(major);
            if (function is null) return IoPacket.CompleteHere(irp, STATUS_INVALID_DEVICE_REQUEST);
            Irql irql = CallContext.CurrentIrql;
            CallContext context = irql == Irql.PASSIVE_LEVEL ? Context : Context with { Irql = irql };
            using (CallContext.Enter(context))
            {
                string name = DriverFunctionNames.Dispatch(major);
                (string? Driver, string? Function) outer = DriverCalls.Begins?.Invoke(name) ?? default;
                using WatchedFunction? watched = Instance.Options.Verification?.Enter(context, name, (nint)function);
                NTSTATUS status = function(Object, irp);
                DriverCalls.CheckEnd(context, name);
                DriverCalls.Ends?.Invoke(outer);
                return status;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _calls);
        }
    }

    /// <summary>Keeps new requests from the driver. False where it is gone already.</summary>
    public bool Retire() => Interlocked.Exchange(ref _isGone, 1) == 0;

    /// <summary>Waits until no thread runs in the driver for this device.</summary>
    public bool AwaitCalls(TimeSpan limit) => SpinWait.SpinUntil(() => Volatile.Read(ref _calls) == 0, limit);

    /// <summary>Frees the object, once. Nobody may use it any more.</summary>
    public void Free()
    {
        if (Interlocked.Exchange(ref _isFree, 1) == 0) _memory.Dispose();
    }

    /// <summary>Its driver's function for a kind of request; 0 for none.</summary>
    public nint FunctionFor(byte major)
    {
        if (major > DRIVER_OBJECT.LastMajorFunction) return 0;
        return _functions is not null ? _functions[major] : (nint)Object->DriverObject->MajorFunction[major];
    }
}

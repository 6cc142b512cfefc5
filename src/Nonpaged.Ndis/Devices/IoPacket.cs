using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// An IRP in flight: a program's, with its buffers, or one that a driver allocated. The IRP's memory stays while a thread is in
/// the middle of a call with it. Thread-safe.
/// </summary>
internal sealed unsafe class IoPacket
{
    private readonly Action<IoPacket>? _completed;
    // Of a driver that is verified: an IRP that it has completed is not there any more.
    private readonly FencedMemory? _memory;
    private int _holders = 1;
    private int _isWalked;
    private int _isCompleted;
    private bool _wasMarkedPending;

    /// <summary>One of a program. Its maker puts it into the <see cref="IrpTable"/> before a driver sees it.</summary>
    /// <param name="instance">Whose memory the buffers are.</param>
    /// <param name="owner">The driver that completes or frees it.</param>
    /// <param name="file">The open file; null for a driver's own.</param>
    /// <param name="stackSize">How many drivers may have it, one after the other.</param>
    /// <param name="completed">Called once, on the thread that completes it, while buffers are still there.</param>
    public IoPacket(NdisInstance instance, Driver owner, OpenFile? file, int stackSize, Action<IoPacket>? completed)
    {
        Instance = instance;
        Owner = owner;
        File = file;
        Site = file is null ? NdisInstance.CallSite?.Invoke() : null;
        _completed = completed;
        // Behind the stack a descriptor, for a buffer that is handed over as one.
        int size = IRP.SizeFor(stackSize);
        nint own = file is null || instance.Devices.Irps is not { } irps ? 0
            : irps.Take(Driver.Program, (uint)(size + sizeof(NDIS_BUFFER)));
        _memory = own == 0 ? null : instance.Devices.Irps;
        Irp = (IRP*)(own == 0 ? (nint)NativeMemory.Alloc((nuint)(size + sizeof(NDIS_BUFFER))) : own);
        IRP.Initialize(Irp, size, stackSize);
        Buffers = new IoBuffers(instance.Pool, (NDIS_BUFFER*)((byte*)Irp + size));
    }

    public NdisInstance Instance { get; }

    /// <summary>The driver that has it to complete or to free.</summary>
    public Driver Owner { get; }

    public OpenFile? File { get; }

    public IRP* Irp { get; }

    /// <summary>By which its program names it.</summary>
    public ulong Id { get; init; }

    public IoBuffers Buffers { get; }

    public NTSTATUS Status { get; private set; }

    /// <summary>IoStatus.Information: of a transfer how many bytes, the room of the program at most.</summary>
    public nuint Information { get; private set; }

    /// <summary>Of a driver's own, where it was allocated; null where that is not known.</summary>
    public string? Site { get; }

    /// <summary>The first driver has handed it to another one, which may be what pends.</summary>
    public bool IsPassedOn { get; set; }

    public bool IsCompleted => Volatile.Read(ref _isCompleted) != 0;

    /// <summary>Its kind, as the documents name it.</summary>
    public string Kind => File is null ? "IRP" : $"IRP_MJ_{Name(Buffers.Major)}";

    /// <summary>Hands it to the device on top of the file's stack. Returns when the driver's function has returned.</summary>
    public void Send(DeviceEntry top)
    {
        if (!TryHold()) return;
        IO_STACK_LOCATION* first = Irp->CurrentStackLocation - 1;
        // A driver that is verified must not find the IRP there when it has completed it.
        if (_memory is not null) Release();
        NTSTATUS returned = IoLibrary.Call(top, this);
        if (_memory is null || TryHold())
        {
            CheckReturned(top, first, returned);
            Release();
        }
        else
        {
            CheckReturned(top, null, returned);
        }
    }

    /// <summary>Keeps the IRP's memory until <see cref="Release"/>. False where it is gone.</summary>
    public bool TryHold()
    {
        for (int holders = Volatile.Read(ref _holders); holders > 0;)
        {
            int found = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (found == holders) return true;
            holders = found;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0) return;
        if (_memory is null) IrpTable.SetAside(Irp);
        else _memory.Free((nint)Irp);
    }

    /// <summary>IoCancelIrp.</summary>
    public bool Cancel()
    {
        if (!TryHold()) return false;
        try
        {
            return !IsCompleted && CancelHeld();
        }
        finally
        {
            Release();
        }
    }

    /// <summary>IoCompleteRequest: up the stack, by the completion routines on the way.</summary>
    public void Complete()
    {
        if (!TryHold()) return;
        try
        {
            if (IsCompleted || Interlocked.Exchange(ref _isWalked, 1) != 0) ReportTwice();
            else Walk();
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Ends it without its driver, which is gone or never had it.</summary>
    public void End(NTSTATUS status)
    {
        Irp->IoStatus = new IO_STATUS_BLOCK { Status = status };
        Finish();
    }

    /// <summary>It never came into the table.</summary>
    public void Discard() => Release();

    /// <summary>A driver frees an IRP that it allocated.</summary>
    public void Free()
    {
        if (Interlocked.Exchange(ref _isCompleted, 1) != 0) return;
        IrpTable.Remove(Irp);
        Release();
    }

    /// <summary>Completes an IRP that a driver was about to get. Returns the status.</summary>
    public static NTSTATUS CompleteHere(IRP* irp, NTSTATUS status)
    {
        irp->IoStatus = new IO_STATUS_BLOCK { Status = status };
        IrpTable.Find(irp)?.Complete();
        return status;
    }

    public static void ReportTwice() => CallContext.Current.Report(
        NdisReportKind.BrokenRule, nameof(IoLibrary.IoCompleteRequest), "The IRP was completed before: it is the system's.");

    private bool CancelHeld()
    {
        // The driver's function runs in the driver's name, in any thread that cancels.
        using CallContext.Scope scope = CallContext.Enter(
            new CallContext(Instance, Owner, CallContext.CurrentIrql, Initializing: false));
        Irql before = CancelLock.Acquire(nameof(IoLibrary.IoCancelIrp));
        Irp->Cancel = 1;
        delegate* unmanaged<DEVICE_OBJECT*, IRP*, void> routine = IRP.TakeCancelRoutine(Irp);
        if (routine is null || Irp->CurrentLocation > Irp->StackCount)
        {
            CancelLock.Release(before);
            return false;
        }

        Irp->CancelIrql = (byte)before;
        DEVICE_OBJECT* device = Irp->CurrentStackLocation->DeviceObject;
        (string? Driver, string? Function) outer = DriverCalls.Begins?.Invoke("DriverCancel") ?? default;
        CallContext context = CallContext.Current;
        using WatchedFunction? watched = Instance.Options.Verification?.Enter(context, "DriverCancel", (nint)routine);
        routine(device, Irp);
        DriverCalls.Ends?.Invoke(outer);
        if (!CancelLock.IsHeldHere)
        {
            DriverCalls.CheckEnd(context with { Irql = before }, "DriverCancel");
            return true;
        }

        Report("DriverCancel", "The cancel routine returned without IoReleaseCancelSpinLock(Irp->CancelIrql).");
        CancelLock.Release(before);
        return true;
    }

    private void Walk()
    {
        while (Irp->CurrentLocation <= Irp->StackCount)
        {
            IO_STACK_LOCATION location = *Irp->CurrentStackLocation;
            bool isPending = (location.Control & IO_STACK_LOCATION.SL_PENDING_RETURNED) != 0;
            Irp->PendingReturned = isPending ? (byte)1 : (byte)0;
            Irp->CurrentLocation++;
            Irp->CurrentStackLocation++;
            bool isTop = Irp->CurrentLocation > Irp->StackCount;
            if (isTop) _wasMarkedPending = isPending;
            DEVICE_OBJECT* above = isTop ? null : Irp->CurrentStackLocation->DeviceObject;
            if (location.CompletionRoutine is not null && Wants(location.Control))
            {
                Volatile.Write(ref _isWalked, 0);
                (string? Driver, string? Function) outer = DriverCalls.Begins?.Invoke("IoCompletion") ?? default;
                NTSTATUS status = location.CompletionRoutine(above, Irp, location.Context);
                DriverCalls.Ends?.Invoke(outer);
                if (status == STATUS_MORE_PROCESSING_REQUIRED) return;
                if (Interlocked.Exchange(ref _isWalked, 1) != 0)
                {
                    ReportTwice();
                    return;
                }
            }
            else if (isPending && !isTop)
            {
                Irp->CurrentStackLocation->Control |= IO_STACK_LOCATION.SL_PENDING_RETURNED;
            }
        }

        if (File is not null)
        {
            CheckCompleted();
            Finish();
            return;
        }

        Volatile.Write(ref _isWalked, 0);
        Report(nameof(IoLibrary.IoCompleteRequest),
            "The driver allocated this IRP, and no completion routine of it returned STATUS_MORE_PROCESSING_REQUIRED.");
    }

    private bool Wants(byte control)
    {
        if (Irp->Cancel != 0 && (control & IO_STACK_LOCATION.SL_INVOKE_ON_CANCEL) != 0) return true;
        byte wanted = (int)Irp->IoStatus.Status >= 0 ? IO_STACK_LOCATION.SL_INVOKE_ON_SUCCESS
            : IO_STACK_LOCATION.SL_INVOKE_ON_ERROR;
        return (control & wanted) != 0;
    }

    private void CheckCompleted()
    {
        const string Call = nameof(IoLibrary.IoCompleteRequest);
        if (Irp->CancelRoutine is not null)
        {
            Report(Call, $"{Kind} was completed with its cancel routine still set; IoSetCancelRoutine(Irp, NULL) comes before.");
            Irp->CancelRoutine = null;
        }

        if (Irp->IoStatus.Status == STATUS_PENDING)
        {
            Report(Call, $"{Kind} was completed with STATUS_PENDING, which is no result.");
            Irp->IoStatus.Status = STATUS_UNSUCCESSFUL;
        }

        if (Buffers.IsTransfer && Irp->IoStatus.Information > Buffers.Room)
        {
            Report(Call, $"{Kind} was completed with an Information of {Irp->IoStatus.Information}: "
                + $"the program asked for {Buffers.Room} bytes.");
            Irp->IoStatus.Information = Buffers.Room;
        }
    }

    private void CheckReturned(DeviceEntry top, IO_STACK_LOCATION* first, NTSTATUS returned)
    {
        string call = DriverFunctionNames.Dispatch((byte)Buffers.Major);
        bool isCompleted = IsCompleted;
        // One driver may mark what it passed on when the next one has completed it.
        if (IsPassedOn && !isCompleted && returned == STATUS_PENDING) return;
        bool isMarked = (isCompleted && _wasMarkedPending)
            || (first is not null && (first->Control & IO_STACK_LOCATION.SL_PENDING_RETURNED) != 0);
        if (returned == STATUS_PENDING)
        {
            if (!isMarked) Report(call, $"{top}: the function returned STATUS_PENDING without IoMarkIrpPending.");
        }
        else if (!isCompleted)
        {
            Report(call, $"{top}: the function returned 0x{(uint)returned:X8} without IoCompleteRequest. "
                + "Only STATUS_PENDING leaves an IRP for later.");
        }
        else if (isMarked && !IsPassedOn)
        {
            Report(call, $"{top}: the function called IoMarkIrpPending and returned 0x{(uint)returned:X8}; "
                + "it must return STATUS_PENDING then.");
        }
    }

    private void Finish()
    {
        if (Interlocked.Exchange(ref _isCompleted, 1) != 0) return;
        IrpTable.Remove(Irp);
        (Status, Information) = (Irp->IoStatus.Status, Irp->IoStatus.Information);
        _completed?.Invoke(this);
        Buffers.Free();
        Release();
    }

    private void Report(string call, string message) => Instance.Report(NdisReportKind.BrokenRule, call, Owner, message);

    private static string Name(IrpMajor major) =>
        major == IrpMajor.DeviceControl ? "DEVICE_CONTROL" : major.ToString().ToUpperInvariant();
}

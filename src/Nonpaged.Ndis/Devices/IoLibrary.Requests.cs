using System.Runtime.CompilerServices;

namespace Nonpaged.Ndis;

/// <summary>
/// The calls of the I/O manager that drivers with devices make, with the names, parameters and meaning of the WDK's documents.
/// Those that the headers have inline are not here.
/// </summary>
internal static unsafe partial class IoLibrary
{
    /// <summary>The driver is done with a request; Irp->IoStatus says how it ended. At DISPATCH_LEVEL at most.</summary>
    public static void IoCompleteRequest(IRP* Irp)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (IrpTable.Find(Irp) is { } packet) packet.Complete();
        else IoPacket.ReportTwice();
    }

    /// <summary>Takes the lock that cancel routines are called under, and raises the IRQL to DISPATCH_LEVEL.</summary>
    public static void IoAcquireCancelSpinLock(out Irql Irql)
    {
        Caller(Ndis.Irql.DISPATCH_LEVEL);
        Irql = CancelLock.Acquire();
    }

    /// <summary>Gives it back. In a cancel routine the IRQL is Irp->CancelIrql.</summary>
    public static void IoReleaseCancelSpinLock(Irql Irql) => CancelLock.Release(Irql);

    /// <summary>Marks a request as cancelled, and calls its cancel routine; false where it has none.</summary>
    public static bool IoCancelIrp(IRP* Irp)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (IrpTable.Find(Irp) is { } packet) return packet.Cancel();
        Report(NdisReportKind.BadHandle, nameof(IoCancelIrp), $"0x{(nint)Irp:x} is no IRP in flight.");
        return false;
    }

    /// <summary>An IRP of the driver's own, for its calls of other drivers; IoFreeIrp frees it.</summary>
    public static IRP* IoAllocateIrp(sbyte StackSize)
    {
        CallContext context = Caller(Irql.DISPATCH_LEVEL);
        // The location above the first one is StackSize + 1, which is a CHAR in C.
        if (StackSize is < 1 or sbyte.MaxValue) return null;
        var packet = new IoPacket(context.Instance, context.Driver, null, StackSize, null);
        IrpTable.Add(packet);
        return packet.Irp;
    }

    /// <summary>Frees an IRP that IoAllocateIrp gave.</summary>
    public static void IoFreeIrp(IRP* Irp)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (IrpTable.Find(Irp) is { File: null } packet) packet.Free();
        else Report(NdisReportKind.BadHandle, nameof(IoFreeIrp), $"0x{(nint)Irp:x} is no IRP that the driver allocated.");
    }

    /// <summary>Clears memory of the driver's own as an IRP. Not for those of IoAllocateIrp.</summary>
    public static void IoInitializeIrp(IRP* Irp, ushort PacketSize, sbyte StackSize)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (StackSize is >= 0 and < sbyte.MaxValue && PacketSize >= IRP.SizeFor(StackSize))
            IRP.Initialize(Irp, PacketSize, StackSize);
        else Report(
            NdisReportKind.BrokenRule, nameof(IoInitializeIrp), $"{PacketSize} bytes are less than IoSizeOfIrp({StackSize}).");
    }

    /// <summary>Makes an IRP of IoAllocateIrp as it was, with this status.</summary>
    public static void IoReuseIrp(IRP* Irp, NTSTATUS Status)
    {
        Caller(Irql.DISPATCH_LEVEL);
        IRP.Initialize(Irp, Irp->Size, Irp->StackCount);
        Irp->IoStatus.Status = Status;
    }

    /// <summary>Hands a request to a device's driver, whose parameters are in the next stack location.</summary>
    public static NTSTATUS IoCallDriver(DEVICE_OBJECT* DeviceObject, IRP* Irp)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (IrpTable.Find(Irp) is { } packet) packet.IsPassedOn = true;
        if (DeviceTable.Find(DeviceObject) is { } device) return Call(device, Irp);
        Report(NdisReportKind.BadHandle, nameof(IoCallDriver), $"0x{(nint)DeviceObject:x} is no device.");
        // The request is the callee's in any case, and who sent it has a completion routine in the callee's location.
        if (Irp->CurrentLocation > 1)
        {
            Irp->CurrentLocation--;
            Irp->CurrentStackLocation--;
        }

        return IoPacket.CompleteHere(Irp, STATUS_NO_SUCH_DEVICE);
    }

    /// <summary>Hands a program's request to the device on top of its stack.</summary>
    public static NTSTATUS Call(DeviceEntry device, IoPacket packet) => Call(device, packet.Irp);

    private static NTSTATUS Call(DeviceEntry device, IRP* irp)
    {
        if (irp->CurrentLocation <= 1)
        {
            Report(NdisReportKind.BrokenRule, nameof(IoCallDriver), "The IRP has no stack location left.");
            return IoPacket.CompleteHere(irp, STATUS_INVALID_DEVICE_REQUEST);
        }

        irp->CurrentLocation--;
        irp->CurrentStackLocation--;
        irp->CurrentStackLocation->DeviceObject = device.Object;
        return device.Dispatch(irp);
    }

    private static CallContext Caller(Irql highest, [CallerMemberName] string call = "")
    {
        CallContext context = CallContext.Current;
        if (context.Irql > highest)
        {
            context.Report(
                NdisReportKind.IrqlTooHigh, call, $"The call was made at {context.Irql}; its documents allow {highest} at most.");
        }

        return context;
    }

    private static void Report(NdisReportKind kind, string call, string message) =>
        CallContext.Current.Report(kind, call, message);
}

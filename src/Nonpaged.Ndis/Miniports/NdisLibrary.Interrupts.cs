using Nonpaged.Machines;

namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>
    /// Claims the adapter's interrupt. With RequestIsr, or where the line is shared, MiniportISR runs for each interrupt;
    /// otherwise MiniportDisableInterrupt and MiniportEnableInterrupt enclose MiniportHandleInterrupt.
    /// </summary>
    public static NDIS_STATUS NdisMRegisterInterrupt(
        NDIS_MINIPORT_INTERRUPT* Interrupt,
        NDIS_HANDLE MiniportAdapterHandle,
        uint InterruptVector,
        uint InterruptLevel,
        bool RequestIsr,
        bool SharedInterrupt,
        NDIS_INTERRUPT_MODE InterruptMode)
    {
        if (AdapterOf(MiniportAdapterHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return NDIS_STATUS_FAILURE;
        adapter.Miniport.RequireAttributes(nameof(NdisMRegisterInterrupt));
        if (IsShort()) return NDIS_STATUS_RESOURCES;
        bool asksIsr = RequestIsr || SharedInterrupt;
        if (adapter.Interrupts.RuleBroken(asksIsr, InterruptVector) is { } rule)
        {
            adapter.Report(NdisReportKind.BrokenRule, nameof(NdisMRegisterInterrupt), rule);
            return NDIS_STATUS_RESOURCE_CONFLICT;
        }

        if (InterruptMode == NDIS_INTERRUPT_MODE.NdisInterruptLatched && adapter.Device is PciDevice && adapter.IsVerified)
        {
            adapter.Report(
                NdisReportKind.BrokenRule, nameof(NdisMRegisterInterrupt),
                "A card of the PCI bus has a level-sensitive line, which others share, and the interrupt was registered as "
                    + "latched.");
        }

        var registered = new MiniportInterrupt(adapter.Interrupts, adapter.Machine.GetInterrupt(InterruptVector), asksIsr);
        NDIS_STATUS status = adapter.Interrupts.Register(registered);
        if (status == NDIS_STATUS_SUCCESS) Interrupt->InterruptObject = registered.Handle;
        return status;
    }

    /// <summary>Gives the interrupt back. The miniport has disabled it in the device before.</summary>
    public static void NdisMDeregisterInterrupt(NDIS_MINIPORT_INTERRUPT* Interrupt)
    {
        Caller(Irql.PASSIVE_LEVEL);
        if (Resolve<MiniportInterrupt>(Interrupt->InterruptObject) is { } registered) registered.Owner.Deregister(registered);
    }

    /// <summary>Runs a function while the adapter's MiniportISR cannot run.</summary>
    public static bool NdisMSynchronizeWithInterrupt(
        NDIS_MINIPORT_INTERRUPT* Interrupt, SYNCHRONIZE_FUNCTION SynchronizeFunction, void* SynchronizeContext)
    {
        ArgumentNullException.ThrowIfNull(SynchronizeFunction);
        Caller(Irql.DISPATCH_LEVEL);
        return Resolve<MiniportInterrupt>(Interrupt->InterruptObject) is { } registered
            && registered.Owner.Synchronize(SynchronizeFunction, SynchronizeContext);
    }
}

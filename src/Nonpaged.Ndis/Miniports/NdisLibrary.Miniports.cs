namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>NdisMSetAttributesEx: NDIS leaves the time-out of packets to the miniport.</summary>
    public const uint NDIS_ATTRIBUTE_IGNORE_PACKET_TIMEOUT = 0x00000001;

    /// <summary>NdisMSetAttributesEx: NDIS leaves the time-out of requests to the miniport.</summary>
    public const uint NDIS_ATTRIBUTE_IGNORE_REQUEST_TIMEOUT = 0x00000002;

    /// <summary>NdisMSetAttributesEx: the device reads and writes memory by itself.</summary>
    public const uint NDIS_ATTRIBUTE_BUS_MASTER = 0x00000008;

    /// <summary>
    /// NdisMSetAttributesEx: the miniport serializes itself. Its functions are called one at a time all the same.
    /// </summary>
    public const uint NDIS_ATTRIBUTE_DESERIALIZE = 0x00000020;

    /// <summary>The first call of a miniport's DriverEntry.</summary>
    public static void NdisMInitializeWrapper(
        out NDIS_HANDLE NdisWrapperHandle, void* SystemSpecific1, void* SystemSpecific2, void* SystemSpecific3)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        NdisWrapperHandle = default;
        foreach (DriverRegistration registration in context.Instance.Handles.All<DriverRegistration>())
        {
            if (registration.DriverObject != SystemSpecific1) continue;
            NdisWrapperHandle = registration.Handle;
            registration.WrapperStack = context.Instance.Options.Verification?.Stack();
        }

        if (NdisWrapperHandle.IsNull)
        {
            context.Report(
                NdisReportKind.BadHandle,
                nameof(NdisMInitializeWrapper),
                $"0x{(nint)SystemSpecific1:x} is not the driver object that DriverEntry got.");
        }
    }

    /// <summary>
    /// Registers a miniport's functions. NDIS_STATUS_BAD_VERSION for a version other than 3.0, 4.0, 5.0 and 5.1;
    /// NDIS_STATUS_BAD_CHARACTERISTICS where a required function is missing.
    /// </summary>
    public static NDIS_STATUS NdisMRegisterMiniport(
        NDIS_HANDLE NdisWrapperHandle, NDIS_MINIPORT_CHARACTERISTICS MiniportCharacteristics, uint CharacteristicsLength)
    {
        ArgumentNullException.ThrowIfNull(MiniportCharacteristics);
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        if (Resolve<DriverRegistration>(NdisWrapperHandle) is not { } registration) return NDIS_STATUS_FAILURE;
        if (IsShort()) return NDIS_STATUS_RESOURCES;
        NDIS_STATUS status = CheckMiniport(context, MiniportCharacteristics, nameof(NdisMRegisterMiniport));
        if (status == NDIS_STATUS_SUCCESS) registration.Characteristics = MiniportCharacteristics;
        return status;
    }

    private static NDIS_STATUS CheckMiniport(CallContext context, NDIS_MINIPORT_CHARACTERISTICS characteristics, string call)
    {
        (byte major, byte minor) = (characteristics.MajorNdisVersion, characteristics.MinorNdisVersion);
        if (major is < 3 or > 5 || minor > (major == 5 ? 1 : 0))
        {
            context.Report(
                NdisReportKind.BrokenRule,
                call,
                $"Version {major}.{minor} is none of 3.0, 4.0, 5.0 and 5.1.");
            return NDIS_STATUS_BAD_VERSION;
        }

        bool isLayered = call == nameof(NdisIMRegisterLayeredMiniport);
        if (DriverRegistration.Missing(characteristics, isLayered) is not { } missing) return NDIS_STATUS_SUCCESS;
        context.Report(NdisReportKind.BrokenRule, call, $"{missing} is required.");
        return NDIS_STATUS_BAD_CHARACTERISTICS;
    }

    /// <summary>Undoes NdisMInitializeWrapper where a DriverEntry fails.</summary>
    public static void NdisTerminateWrapper(NDIS_HANDLE NdisWrapperHandle, void* SystemSpecific)
    {
        if (Resolve<DriverRegistration>(NdisWrapperHandle) is not { } registration) return;
        registration.Characteristics = null;
        registration.WrapperStack = null;
    }

    /// <summary>Registers a function that runs when the driver is unloaded.</summary>
    public static void NdisMRegisterUnloadHandler(NDIS_HANDLE NdisWrapperHandle, DRIVER_UNLOAD UnloadHandler)
    {
        if (Resolve<DriverRegistration>(NdisWrapperHandle) is { } registration) registration.Unload = UnloadHandler;
    }

    /// <summary>
    /// Hands over the adapter's context area, which all of the miniport's functions get, before any hardware is claimed.
    /// BusMaster lets the device read and write memory by itself (the PCI command register's bus master bit).
    /// </summary>
    public static void NdisMSetAttributes(
        NDIS_HANDLE MiniportAdapterHandle, void* MiniportAdapterContext, bool BusMaster, NDIS_INTERFACE_TYPE AdapterType) =>
        NdisMSetAttributesEx(
            MiniportAdapterHandle, MiniportAdapterContext, 0, BusMaster ? NDIS_ATTRIBUTE_BUS_MASTER : 0, AdapterType);

    /// <summary>
    /// As NdisMSetAttributes. CheckForHangTimeInSeconds is how often MiniportCheckForHang runs; 0 is every two seconds.
    /// </summary>
    public static void NdisMSetAttributesEx(
        NDIS_HANDLE MiniportAdapterHandle,
        void* MiniportAdapterContext,
        uint CheckForHangTimeInSeconds,
        uint AttributeFlags,
        NDIS_INTERFACE_TYPE AdapterType)
    {
        if (AdapterOf(MiniportAdapterHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return;
        bool busMaster = (AttributeFlags & NDIS_ATTRIBUTE_BUS_MASTER) != 0;
        // A deserialized miniport is called as a serialized one is, one function at a time, which it must stand;
        // what differs is who owns packets.
        bool isDeserialized = (AttributeFlags & NDIS_ATTRIBUTE_DESERIALIZE) != 0;
        adapter.SetAttributes(MiniportAdapterContext, CheckForHangTimeInSeconds, busMaster, isDeserialized);
    }

    /// <summary>Registers a function that quiets the hardware when the system goes down.</summary>
    public static void NdisMRegisterAdapterShutdownHandler(
        NDIS_HANDLE MiniportHandle, void* ShutdownContext, ADAPTER_SHUTDOWN_HANDLER ShutdownHandler) =>
        AdapterOf(MiniportHandle, Irql.PASSIVE_LEVEL)?.Miniport.SetShutdownHandler(ShutdownHandler, ShutdownContext);

    /// <summary>Undoes NdisMRegisterAdapterShutdownHandler.</summary>
    public static void NdisMDeregisterAdapterShutdownHandler(NDIS_HANDLE MiniportHandle) =>
        AdapterOf(MiniportHandle, Irql.PASSIVE_LEVEL)?.Miniport.SetShutdownHandler(null, null);

    /// <summary>
    /// Has NDIS halt an adapter whose hardware is of no more use. It happens as soon as the function that calls has returned.
    /// </summary>
    public static NDIS_STATUS NdisMRemoveMiniport(NDIS_HANDLE MiniportHandle)
    {
        if (AdapterOf(MiniportHandle, Irql.DISPATCH_LEVEL) is not { } adapter) return NDIS_STATUS_FAILURE;
        adapter.Report(
            NdisReportKind.HardwareGone, nameof(NdisMRemoveMiniport), "The driver asked for its adapter to be removed.");
        adapter.RemoveLater();
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>Writes to the log that an adapter's operator reads.</summary>
    public static void NdisWriteErrorLogEntry(
        NDIS_HANDLE NdisAdapterHandle, uint ErrorCode, params ReadOnlySpan<uint> ErrorValues)
    {
        if (AdapterOf(NdisAdapterHandle, Irql.DISPATCH_LEVEL) is not { } adapter) return;
        string values = string.Join(", ", ErrorValues.ToArray().Select(value => $"0x{value:x}"));
        adapter.Instance.WriteLog(
            $"{adapter.Driver.Name}: {NdisErrorCode.Describe(ErrorCode)}{(values.Length > 0 ? $" ({values})" : "")}");
    }

    /// <summary>The miniport's part of a reset is over.</summary>
    public static void NdisMResetComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status, bool AddressingReset)
    {
        if (AdapterOf(MiniportAdapterHandle, Irql.DISPATCH_LEVEL) is { } adapter)
            adapter.Turn.End(() => adapter.Resets.EndReset(Status, AddressingReset));
    }

    /// <summary>Tells protocols of a change, such as NDIS_STATUS_MEDIA_CONNECT.</summary>
    public static void NdisMIndicateStatus(
        NDIS_HANDLE MiniportHandle, NDIS_STATUS GeneralStatus, void* StatusBuffer, uint StatusBufferSize)
    {
        if (AdapterOf(MiniportHandle, Irql.DISPATCH_LEVEL) is not { } adapter) return;
        foreach (Binding binding in adapter.Bindings.All) binding.Status(GeneralStatus, StatusBuffer, StatusBufferSize);
    }

    /// <summary>Ends a series of NdisMIndicateStatus.</summary>
    public static void NdisMIndicateStatusComplete(NDIS_HANDLE MiniportHandle)
    {
        if (AdapterOf(MiniportHandle, Irql.DISPATCH_LEVEL) is not { } adapter) return;
        foreach (Binding binding in adapter.Bindings.All) binding.StatusComplete();
    }
}

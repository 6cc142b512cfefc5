namespace Nonpaged.Ndis.Host;

/// <summary>A C miniport's functions as those that NDIS calls.</summary>
internal static unsafe class NativeMiniport
{
    public static NDIS_MINIPORT_CHARACTERISTICS Wrap(NativeCharacteristics c) => new()
    {
        MajorNdisVersion = c.MajorNdisVersion,
        MinorNdisVersion = c.MinorNdisVersion,
        Entries = EntriesOf(c),
        CheckForHangHandler = c.CheckForHangHandler == null ? null : context =>
        {
            using var function = DriverFunction.Enter("MiniportCheckForHang");
            return c.CheckForHangHandler(context) != 0;
        },
        DisableInterruptHandler = c.DisableInterruptHandler == null ? null : context =>
        {
            using var function = DriverFunction.Enter("MiniportDisableInterrupt");
            c.DisableInterruptHandler(context);
        },
        EnableInterruptHandler = c.EnableInterruptHandler == null ? null : context =>
        {
            using var function = DriverFunction.Enter("MiniportEnableInterrupt");
            c.EnableInterruptHandler(context);
        },
        HaltHandler = c.HaltHandler == null ? null : context =>
        {
            using var function = DriverFunction.Enter("MiniportHalt");
            c.HaltHandler(context);
        },
        HandleInterruptHandler = c.HandleInterruptHandler == null ? null : context =>
        {
            using var function = DriverFunction.Enter("MiniportHandleInterrupt");
            c.HandleInterruptHandler(context);
        },
        InitializeHandler = c.InitializeHandler == null ? null : Initialize(c),
        ISRHandler = c.ISRHandler == null ? null : (out bool recognized, out bool queue, void* context) =>
        {
            using var function = DriverFunction.Enter("MiniportISR");
            byte isRecognized = 0, isQueued = 0;
            c.ISRHandler(&isRecognized, &isQueued, context);
            (recognized, queue) = (isRecognized != 0, isQueued != 0);
        },
        QueryInformationHandler = c.QueryInformationHandler == null ? null
            : (void* context, uint oid, void* buffer, uint length, out uint written, out uint needed) =>
            {
                using var function = DriverFunction.Enter("MiniportQueryInformation");
                written = needed = 0;
                // These live until the request completes, as NDIS has them.
                fixed (uint* bytes = &written, more = &needed)
                    return c.QueryInformationHandler(context, oid, buffer, length, bytes, more);
            },
        SetInformationHandler = c.SetInformationHandler == null ? null
            : (void* context, uint oid, void* buffer, uint length, out uint read, out uint needed) =>
            {
                using var function = DriverFunction.Enter("MiniportSetInformation");
                read = needed = 0;
                // These live until the request completes, as NDIS has them.
                fixed (uint* bytes = &read, more = &needed)
                    return c.SetInformationHandler(context, oid, buffer, length, bytes, more);
            },
        ResetHandler = c.ResetHandler == null ? null : (out bool addressing, void* context) =>
        {
            using var function = DriverFunction.Enter("MiniportReset");
            addressing = false;
            fixed (bool* isReset = &addressing) return c.ResetHandler((byte*)isReset, context);
        },
        SendHandler = c.SendHandler == null ? null : (context, packet, flags) =>
        {
            using var function = DriverFunction.Enter("MiniportSend");
            return c.SendHandler(context, packet, flags);
        },
        SendPacketsHandler = c.SendPacketsHandler == null ? null : (context, packets, count) =>
        {
            using var function = DriverFunction.Enter("MiniportSendPackets");
            c.SendPacketsHandler(context, packets, count);
        },
        TransferDataHandler = c.TransferDataHandler == null ? null : Transfer(c),
        ReturnPacketHandler = c.ReturnPacketHandler == null ? null : (context, packet) =>
        {
            using var function = DriverFunction.Enter("MiniportReturnPacket");
            c.ReturnPacketHandler(context, packet);
        },
        AllocateCompleteHandler = c.AllocateCompleteHandler == null ? null : (context, address, physical, length, given) =>
        {
            using var function = DriverFunction.Enter("MiniportAllocateComplete");
            c.AllocateCompleteHandler(context, address, physical, length, given);
        },
        CancelSendPacketsHandler = c.CancelSendPacketsHandler == null ? null : (context, id) =>
        {
            using var function = DriverFunction.Enter("MiniportCancelSendPackets");
            c.CancelSendPacketsHandler(context, id);
        },
        AdapterShutdownHandler = c.AdapterShutdownHandler == null ? null : context =>
        {
            using var function = DriverFunction.Enter("MiniportShutdown");
            c.AdapterShutdownHandler(context);
        },
        PnPEventNotifyHandler = c.PnPEventNotifyHandler == null ? null : (context, happened, buffer, length) =>
        {
            using var function = DriverFunction.Enter("MiniportPnPEventNotify");
            c.PnPEventNotifyHandler(context, (uint)happened, buffer, length);
        },
    };

    private static Dictionary<string, nint> EntriesOf(NativeCharacteristics c) => new()
    {
        [nameof(c.CheckForHangHandler)] = (nint)c.CheckForHangHandler,
        [nameof(c.DisableInterruptHandler)] = (nint)c.DisableInterruptHandler,
        [nameof(c.EnableInterruptHandler)] = (nint)c.EnableInterruptHandler,
        [nameof(c.HaltHandler)] = (nint)c.HaltHandler,
        [nameof(c.HandleInterruptHandler)] = (nint)c.HandleInterruptHandler,
        [nameof(c.InitializeHandler)] = (nint)c.InitializeHandler,
        [nameof(c.ISRHandler)] = (nint)c.ISRHandler,
        [nameof(c.QueryInformationHandler)] = (nint)c.QueryInformationHandler,
        [nameof(c.SetInformationHandler)] = (nint)c.SetInformationHandler,
        [nameof(c.ResetHandler)] = (nint)c.ResetHandler,
        [nameof(c.SendHandler)] = (nint)c.SendHandler,
        [nameof(c.SendPacketsHandler)] = (nint)c.SendPacketsHandler,
        [nameof(c.TransferDataHandler)] = (nint)c.TransferDataHandler,
        [nameof(c.ReturnPacketHandler)] = (nint)c.ReturnPacketHandler,
        [nameof(c.AllocateCompleteHandler)] = (nint)c.AllocateCompleteHandler,
        [nameof(c.CancelSendPacketsHandler)] = (nint)c.CancelSendPacketsHandler,
        [nameof(c.PnPEventNotifyHandler)] = (nint)c.PnPEventNotifyHandler,
        [nameof(c.AdapterShutdownHandler)] = (nint)c.AdapterShutdownHandler,
    };

    private static W_INITIALIZE_HANDLER Initialize(NativeCharacteristics c) =>
        (
            out NDIS_STATUS openError, out uint selected, NDIS_MEDIUM* media, uint count, NDIS_HANDLE adapter,
            NDIS_HANDLE configuration) =>
        {
            using var function = DriverFunction.Enter("MiniportInitialize");
            NDIS_STATUS error = NDIS_STATUS_SUCCESS;
            uint index = 0u;
            NDIS_STATUS status = c.InitializeHandler(&error, &index, media, count, adapter.Value, configuration.Value);
            (openError, selected) = (error, index);
            return status;
        };

    private static W_TRANSFER_DATA_HANDLER Transfer(NativeCharacteristics c) =>
        (NDIS_PACKET* packet, out uint transferred, void* context, NDIS_HANDLE receive, uint offset, uint bytes) =>
        {
            using var function = DriverFunction.Enter("MiniportTransferData");
            transferred = 0;
            fixed (uint* copied = &transferred)
                return c.TransferDataHandler(packet, copied, context, receive.Value, offset, bytes);
        };
}

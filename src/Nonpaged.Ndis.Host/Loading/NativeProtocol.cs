namespace Nonpaged.Ndis.Host;

/// <summary>A C protocol as NDIS sees it: its functions. Each notes that it runs.</summary>
internal static unsafe class NativeProtocol
{
    public static NDIS_PROTOCOL_CHARACTERISTICS Wrap(NativeProtocolCharacteristics c) => new()
    {
        MajorNdisVersion = c.MajorNdisVersion,
        MinorNdisVersion = c.MinorNdisVersion,
        Name = c.Name.ToString(),
        Entries = EntriesOf(c),
        OpenAdapterCompleteHandler = c.OpenAdapterCompleteHandler == null ? null : (context, status, error) =>
        {
            using var function = DriverFunction.Enter("ProtocolOpenAdapterComplete");
            c.OpenAdapterCompleteHandler(context.Value, status, error);
        },
        CloseAdapterCompleteHandler = c.CloseAdapterCompleteHandler == null ? null : (context, status) =>
        {
            using var function = DriverFunction.Enter("ProtocolCloseAdapterComplete");
            c.CloseAdapterCompleteHandler(context.Value, status);
        },
        SendCompleteHandler = c.SendCompleteHandler == null ? null : (context, packet, status) =>
        {
            using var function = DriverFunction.Enter("ProtocolSendComplete");
            c.SendCompleteHandler(context.Value, packet, status);
        },
        TransferDataCompleteHandler = c.TransferDataCompleteHandler == null ? null : (context, packet, status, bytes) =>
        {
            using var function = DriverFunction.Enter("ProtocolTransferDataComplete");
            c.TransferDataCompleteHandler(context.Value, packet, status, bytes);
        },
        ResetCompleteHandler = c.ResetCompleteHandler == null ? null : (context, status) =>
        {
            using var function = DriverFunction.Enter("ProtocolResetComplete");
            c.ResetCompleteHandler(context.Value, status);
        },
        RequestCompleteHandler = c.RequestCompleteHandler == null ? null : (context, request, status) =>
        {
            using var function = DriverFunction.Enter("ProtocolRequestComplete");
            c.RequestCompleteHandler(context.Value, request, status);
        },
        ReceiveHandler = c.ReceiveHandler == null ? null : Receive(c),
        ReceiveCompleteHandler = c.ReceiveCompleteHandler == null ? null : context =>
        {
            using var function = DriverFunction.Enter("ProtocolReceiveComplete");
            c.ReceiveCompleteHandler(context.Value);
        },
        StatusHandler = c.StatusHandler == null ? null : (context, status, buffer, length) =>
        {
            using var function = DriverFunction.Enter("ProtocolStatus");
            c.StatusHandler(context.Value, status, buffer, length);
        },
        StatusCompleteHandler = c.StatusCompleteHandler == null ? null : context =>
        {
            using var function = DriverFunction.Enter("ProtocolStatusComplete");
            c.StatusCompleteHandler(context.Value);
        },
        ReceivePacketHandler = c.ReceivePacketHandler == null ? null : (context, packet) =>
        {
            using var function = DriverFunction.Enter("ProtocolReceivePacket");
            return c.ReceivePacketHandler(context.Value, packet);
        },
        BindAdapterHandler = c.BindAdapterHandler == null ? null : Bind(c),
        UnbindAdapterHandler = c.UnbindAdapterHandler == null ? null
            : (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
            {
                using var function = DriverFunction.Enter("ProtocolUnbindAdapter");
                NDIS_STATUS answer = NDIS_STATUS_SUCCESS;
                c.UnbindAdapterHandler(&answer, context.Value, unbind.Value);
                status = answer;
            },
        PnPEventHandler = c.PnPEventHandler == null ? null : (context, happened) =>
        {
            using var function = DriverFunction.Enter("ProtocolPnPEvent");
            return c.PnPEventHandler(context.Value, happened);
        },
        UnloadHandler = c.UnloadHandler == null ? null : () =>
        {
            using var function = DriverFunction.Enter("ProtocolUnload");
            c.UnloadHandler();
        },
    };

    private static Dictionary<string, nint> EntriesOf(NativeProtocolCharacteristics c) => new()
    {
        [nameof(c.OpenAdapterCompleteHandler)] = (nint)c.OpenAdapterCompleteHandler,
        [nameof(c.CloseAdapterCompleteHandler)] = (nint)c.CloseAdapterCompleteHandler,
        [nameof(c.SendCompleteHandler)] = (nint)c.SendCompleteHandler,
        [nameof(c.TransferDataCompleteHandler)] = (nint)c.TransferDataCompleteHandler,
        [nameof(c.ResetCompleteHandler)] = (nint)c.ResetCompleteHandler,
        [nameof(c.RequestCompleteHandler)] = (nint)c.RequestCompleteHandler,
        [nameof(c.ReceiveHandler)] = (nint)c.ReceiveHandler,
        [nameof(c.ReceiveCompleteHandler)] = (nint)c.ReceiveCompleteHandler,
        [nameof(c.StatusHandler)] = (nint)c.StatusHandler,
        [nameof(c.StatusCompleteHandler)] = (nint)c.StatusCompleteHandler,
        [nameof(c.ReceivePacketHandler)] = (nint)c.ReceivePacketHandler,
        [nameof(c.BindAdapterHandler)] = (nint)c.BindAdapterHandler,
        [nameof(c.UnbindAdapterHandler)] = (nint)c.UnbindAdapterHandler,
        [nameof(c.PnPEventHandler)] = (nint)c.PnPEventHandler,
        [nameof(c.UnloadHandler)] = (nint)c.UnloadHandler,
    };

    private static RECEIVE_HANDLER Receive(NativeProtocolCharacteristics c) =>
        (context, receive, header, headerSize, ahead, aheadSize, size) =>
        {
            using var function = DriverFunction.Enter("ProtocolReceive");
            return c.ReceiveHandler(context.Value, receive.Value, header, headerSize, ahead, aheadSize, size);
        };

    private static BIND_HANDLER Bind(NativeProtocolCharacteristics c) =>
        (out NDIS_STATUS status, NDIS_HANDLE bind, NDIS_STRING* name, void* first, void* second) =>
        {
            using var function = DriverFunction.Enter("ProtocolBindAdapter");
            NDIS_STATUS answer = NDIS_STATUS_SUCCESS;
            c.BindAdapterHandler(&answer, bind.Value, name, first, second);
            status = answer;
        };
}

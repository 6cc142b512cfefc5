namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    // 'NdAn'.
    private const uint AdapterNameTag = 0x4e64416e;

    /// <summary>Answers a ProtocolPnPEvent that returned NDIS_STATUS_PENDING.</summary>
    public static void NdisCompletePnPEvent(NDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, NET_PNP_EVENT* NetPnPEvent)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        if (context.Instance.PnPEvents.Complete((nint)NetPnPEvent, Status)) return;
        context.Report(
            NdisReportKind.BadHandle, nameof(NdisCompletePnPEvent), $"The event at 0x{(nint)NetPnPEvent:x} is not pending.");
    }

    /// <summary>Ends a ProtocolBindAdapter that returned NDIS_STATUS_PENDING.</summary>
    public static void NdisCompleteBindAdapter(NDIS_HANDLE BindAdapterContext, NDIS_STATUS Status, NDIS_STATUS OpenStatus)
    {
        Caller(Irql.PASSIVE_LEVEL);
        Resolve<Adapter>(BindAdapterContext);
    }

    /// <summary>
    /// Ends a ProtocolUnbindAdapter that returned NDIS_STATUS_PENDING, after NdisCloseAdapter: a handle that is closed by then is
    /// none any more.
    /// </summary>
    public static void NdisCompleteUnbindAdapter(NDIS_HANDLE UnbindAdapterContext, NDIS_STATUS Status)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        if (context.Instance.Handles.Get<Binding>(UnbindAdapterContext) is not { IsClosing: false } binding) return;
        context.Report(
            NdisReportKind.BrokenRule, nameof(NdisCompleteUnbindAdapter), $"{binding.Adapter.Name} is open still.");
    }

    /// <summary>Offers a protocol the adapters that it does not have open. (NDIS 5.1.)</summary>
    public static void NdisReEnumerateProtocolBindings(NDIS_HANDLE NdisProtocolHandle)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        if (Resolve<ProtocolRegistration>(NdisProtocolHandle) is not { } protocol) return;
        foreach (Adapter adapter in context.Instance.Adapters.Except(protocol.Bindings.Select(one => one.Adapter)))
            protocol.Bind(adapter);
    }

    /// <summary>
    /// The name of an adapter that a protocol has open, for a person. Its memory is the driver's, which frees it by
    /// NdisFreeMemory (NdisFreeString).
    /// </summary>
    public static NDIS_STATUS NdisQueryAdapterInstanceName(NDIS_STRING* AdapterInstanceName, NDIS_HANDLE NdisBindingHandle)
    {
        Caller(Irql.PASSIVE_LEVEL);
        return CopyName(AdapterInstanceName, Resolve<Binding>(NdisBindingHandle)?.Adapter);
    }

    /// <summary>As NdisQueryAdapterInstanceName, for a miniport's own adapter.</summary>
    public static NDIS_STATUS NdisMQueryAdapterInstanceName(NDIS_STRING* AdapterInstanceName, NDIS_HANDLE MiniportHandle) =>
        CopyName(AdapterInstanceName, AdapterOf(MiniportHandle, Irql.PASSIVE_LEVEL));

    /// <summary>
    /// Passes an event of the adapter below an intermediate driver on to the protocols that have its own adapter open. The first
    /// answer that is not NDIS_STATUS_SUCCESS is the result.
    /// </summary>
    public static NDIS_STATUS NdisIMNotifyPnPEvent(NDIS_HANDLE MiniportHandle, NET_PNP_EVENT* NetPnPEvent)
    {
        if (AdapterOf(MiniportHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return NDIS_STATUS_FAILURE;
        if (NetPnPEvent->BufferLength > int.MaxValue) return NDIS_STATUS_INVALID_LENGTH;
        var buffer = new ReadOnlySpan<byte>(NetPnPEvent->Buffer, (int)NetPnPEvent->BufferLength);
        NDIS_STATUS result = NDIS_STATUS_SUCCESS;
        foreach (Binding binding in adapter.Bindings.All)
        {
            NDIS_STATUS status = adapter.Instance.PnPEvents.Tell(binding.Protocol, binding, NetPnPEvent->NetEvent, buffer);
            if (result == NDIS_STATUS_SUCCESS) result = status;
        }

        return result;
    }

    private static NDIS_STATUS CopyName(NDIS_STRING* name, Adapter? adapter)
    {
        *name = default;
        if (adapter is null) return NDIS_STATUS_FAILURE;
        NDIS_STATUS status = NdisAllocateMemoryWithTag(
            out void* memory, (uint)adapter.Name.Length * sizeof(char), AdapterNameTag);
        if (status != NDIS_STATUS_SUCCESS) return NDIS_STATUS_RESOURCES;
        adapter.Name.CopyTo(new Span<char>(memory, adapter.Name.Length));
        *name = new NDIS_STRING((char*)memory, adapter.Name.Length);
        return NDIS_STATUS_SUCCESS;
    }
}

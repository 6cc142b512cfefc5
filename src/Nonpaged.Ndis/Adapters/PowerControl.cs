using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// Suspend and resume of an adapter, as NDIS 5 has them: protocols and miniport are asked, then told. A miniport that does not
/// know OID_PNP_CAPABILITIES is halted, and initialized again; a protocol that does not support events is unbound, and bound
/// again.
/// </summary>
internal sealed class PowerControl(Adapter adapter)
{
    // NDIS_PNP_CAPABILITIES: flags, and the lowest power states from which each kind of wake-up works.
    private const int CapabilitiesSize = 4 * sizeof(uint);

    private readonly List<ProtocolRegistration> _unbound = [];
    private bool _isAware;

    private NdisInstance Instance => adapter.Instance;

    public NDIS_STATUS Suspend()
    {
        if (adapter.State != AdapterState.Running) return NDIS_STATUS_ADAPTER_NOT_READY;
        NDIS_STATUS status = Ask();
        if (status != NDIS_STATUS_SUCCESS) return status;
        foreach (Binding binding in adapter.Bindings.All)
        {
            if (Tell(binding, NET_PNP_EVENT_CODE.NetEventSetPower, NDIS_DEVICE_POWER_STATE.NdisDeviceStateD3)
                != NDIS_STATUS_NOT_SUPPORTED)
                continue;
            _unbound.Add(binding.Protocol);
            binding.Unbind();
        }

        adapter.Turn.Run(Sleep);
        return NDIS_STATUS_SUCCESS;
    }

    public NDIS_STATUS Resume()
    {
        if (adapter.State != AdapterState.Suspended) return NDIS_STATUS_ADAPTER_NOT_READY;
        NDIS_STATUS status = NDIS_STATUS_FAILURE;
        adapter.Turn.Run(() => status = WakeUp());
        if (status != NDIS_STATUS_SUCCESS) return status;
        foreach (Binding binding in adapter.Bindings.All)
            Tell(binding, NET_PNP_EVENT_CODE.NetEventSetPower, NDIS_DEVICE_POWER_STATE.NdisDeviceStateD0);
        foreach (ProtocolRegistration protocol in _unbound.Where(IsRegistered)) protocol.Bind(adapter);
        _unbound.Clear();
        return status;
    }

    /// <summary>
    /// Whether protocols and miniport let the adapter be removed. Where one refuses, those that were asked are told that it
    /// stays.
    /// </summary>
    public NDIS_STATUS QueryRemove()
    {
        Binding[] all = adapter.Bindings.All;
        for (int index = 0; index < all.Length; index++)
        {
            NDIS_STATUS status = Tell(all[index], NET_PNP_EVENT_CODE.NetEventQueryRemoveDevice);
            if (status is NDIS_STATUS_SUCCESS or NDIS_STATUS_NOT_SUPPORTED) continue;
            foreach (Binding asked in all[..(index + 1)]) Tell(asked, NET_PNP_EVENT_CODE.NetEventCancelRemoveDevice);
            return status;
        }

        adapter.Turn.Run(() => adapter.Miniport.Notify(NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventQueryRemoved));
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>
    /// The miniport goes to sleep, or is halted where it does not know how to. What was sent is completed.
    /// </summary>
    private void Sleep()
    {
        if (_isAware)
        {
            NDIS_STATUS status = adapter.Oids.Set(
                NdisLibrary.OID_PNP_SET_POWER, (uint)NDIS_DEVICE_POWER_STATE.NdisDeviceStateD3);
            if (status != NDIS_STATUS_SUCCESS)
            {
                adapter.Report(
                    NdisReportKind.BrokenRule, nameof(NdisLibrary.OID_PNP_SET_POWER),
                    $"A miniport must go to sleep, and this one answered {status.Describe()}.");
            }
        }

        adapter.SetState(AdapterState.Suspended);
        adapter.Sends.AbortQueued();
        if (!_isAware) adapter.HaltForSleep();
    }

    /// <summary>As it was before <see cref="Sleep"/>. Where that fails the adapter is halted soon.</summary>
    private NDIS_STATUS WakeUp()
    {
        adapter.SetState(_isAware ? AdapterState.Running : AdapterState.Initializing);
        NDIS_STATUS status = _isAware
            ? adapter.Oids.Set(NdisLibrary.OID_PNP_SET_POWER, (uint)NDIS_DEVICE_POWER_STATE.NdisDeviceStateD0)
            : adapter.InitializeMiniport();
        if (status == NDIS_STATUS_SUCCESS)
        {
            if (_isAware) return status;
            adapter.SetState(AdapterState.Running);
            adapter.Bindings.RestoreAddressing();
            return status;
        }

        adapter.Report(
            NdisReportKind.BrokenRule, nameof(Adapter.Resume),
            $"The miniport did not wake: {status.Describe()}. It is halted.");
        adapter.RemoveLater();
        return status;
    }

    private NDIS_STATUS Ask()
    {
        foreach (Binding binding in adapter.Bindings.All)
        {
            NDIS_STATUS status = Tell(
                binding, NET_PNP_EVENT_CODE.NetEventQueryPower, NDIS_DEVICE_POWER_STATE.NdisDeviceStateD3);
            if (status is not (NDIS_STATUS_SUCCESS or NDIS_STATUS_NOT_SUPPORTED)) return status;
        }

        NDIS_STATUS answer = NDIS_STATUS_SUCCESS;
        adapter.Turn.Run(() =>
        {
            _isAware = !adapter.Oids.Query(NdisLibrary.OID_PNP_CAPABILITIES, CapabilitiesSize).IsEmpty;
            if (_isAware)
                answer = adapter.Oids.Ask(NdisLibrary.OID_PNP_QUERY_POWER, (uint)NDIS_DEVICE_POWER_STATE.NdisDeviceStateD3);
        });
        return answer;
    }

    private bool IsRegistered(ProtocolRegistration protocol) =>
        Instance.Handles.Get<ProtocolRegistration>(protocol.Handle) == protocol;

    private NDIS_STATUS Tell(Binding binding, NET_PNP_EVENT_CODE code, NDIS_DEVICE_POWER_STATE? state = null)
    {
        uint value = (uint)(state ?? default);
        ReadOnlySpan<byte> buffer = MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value));
        return Instance.PnPEvents.Tell(binding.Protocol, binding, code, state is null ? [] : buffer);
    }
}

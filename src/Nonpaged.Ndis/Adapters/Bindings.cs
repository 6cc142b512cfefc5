namespace Nonpaged.Ndis;

/// <summary>The protocols that have an adapter open, and what they want of the miniport together. Thread-safe.</summary>
internal sealed unsafe class Bindings(NdisInstance instance, string adapterName, OidQueue oids, IAdapterLife life)
{
    private readonly Lock _gate = new();
    private volatile Binding[] _all = [];

    public Binding[] All => _all;

    /// <summary>The packet filter of all bindings together.</summary>
    public uint CombinedFilter => All.Aggregate(0u, (filter, binding) => filter | binding.Settings.PacketFilter);

    /// <summary>The longest look-ahead that a binding wants.</summary>
    public uint CombinedLookahead => All.Aggregate(0u, (lookahead, binding) => Math.Max(lookahead, binding.Settings.Lookahead));

    /// <summary>The multicast addresses of all bindings together.</summary>
    public byte[] CombinedMulticast =>
        [.. All.SelectMany(binding => binding.Settings.Multicast).Distinct().SelectMany(one => one.ToArray())];

    public void Add(Binding binding)
    {
        lock (_gate) _all = [.. _all, binding];
    }

    /// <summary>A binding is gone: the miniport need not receive for it any more.</summary>
    public void Remove(Binding binding)
    {
        lock (_gate) _all = [.. _all.Where(one => one != binding)];
        if (life.State == AdapterState.Running) RestoreAddressing();
    }

    /// <summary>Sets the filter and multicast list of all bindings together, after a reset or for those that are left.</summary>
    public void RestoreAddressing()
    {
        Set(NdisLibrary.OID_802_3_MULTICAST_LIST, CombinedMulticast);
        Set(NdisLibrary.OID_GEN_CURRENT_PACKET_FILTER, BitConverter.GetBytes(CombinedFilter));
    }

    /// <summary>Tells each protocol a status of NDIS's own.</summary>
    public void Tell(NDIS_STATUS status)
    {
        foreach (Binding binding in All)
        {
            binding.Status(status, null, 0);
            binding.StatusComplete();
        }
    }

    /// <summary>Asks each protocol to close the adapter.</summary>
    public void Unbind()
    {
        foreach (Binding binding in All) binding.Unbind();
    }

    /// <summary>Closes, and reports, what protocols left open.</summary>
    public void Close()
    {
        foreach (Binding binding in All.Where(binding => !binding.IsClosing))
        {
            instance.Report(
                NdisReportKind.BrokenRule,
                nameof(NdisLibrary.NdisCloseAdapter),
                binding.Protocol.Driver,
                $"The protocol had {adapterName} open when it was halted. It was closed.");
            binding.Close();
        }
    }

    private void Set(uint oid, byte[] value)
    {
        var memory = new RequestMemory(value);
        if (!oids.Request(new AdapterRequest(oid, isSet: true, memory, (_, _, _) => memory.End()))) memory.End();
    }
}

using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private volatile Binding[] _bindings = [];

    internal Binding[] Bindings => _bindings;

    internal void Add(Binding binding)
    {
        lock (_bindingsLock) _bindings = [.. _bindings, binding];
    }

    /// <summary>Runs work in the serial context; false where the adapter is gone.</summary>
    internal bool Post(Action work) => Turn.Post(work);

    /// <summary>A binding is gone: the miniport need not receive for it any more.</summary>
    internal void Remove(Binding binding)
    {
        lock (_bindingsLock) _bindings = [.. _bindings.Where(one => one != binding)];
        if (_state == AdapterState.Running) RestoreAddressing();
    }

    /// <summary>The packet filter of all bindings together.</summary>
    internal uint CombinedFilter => _bindings.Aggregate(0u, (filter, binding) => filter | binding.PacketFilter);

    /// <summary>The longest look-ahead that a binding wants.</summary>
    internal uint CombinedLookahead => _bindings.Aggregate(0u, (lookahead, binding) => Math.Max(lookahead, binding.Lookahead));

    /// <summary>The multicast addresses of all bindings together.</summary>
    internal byte[] CombinedMulticast => [.. _bindings.SelectMany(binding => binding.Multicast).Distinct().SelectMany(one => one.ToArray())];

    /// <summary>Sets the filter and multicast list of all bindings together, once more or for those that are left.</summary>
    private void RestoreAddressing()
    {
        Set(NdisLibrary.OID_802_3_MULTICAST_LIST, CombinedMulticast);
        Set(NdisLibrary.OID_GEN_CURRENT_PACKET_FILTER, BitConverter.GetBytes(CombinedFilter));
    }

    private void Set(uint oid, byte[] value)
    {
        var buffer = (nint)NativeMemory.Alloc((nuint)Math.Max(value.Length, 1));
        value.CopyTo(new Span<byte>((void*)buffer, value.Length));
        var posted = Request(
            new AdapterRequest(oid, IsSet: true, buffer, (uint)value.Length, (_, _, _) => NativeMemory.Free((void*)buffer)));
        if (!posted) NativeMemory.Free((void*)buffer);
    }

    private void UnbindProtocols()
    {
        foreach (var binding in Bindings) binding.Unbind();
    }

    private void CloseBindings()
    {
        foreach (var binding in Bindings.Where(binding => !binding.IsClosing))
        {
            Instance.Report(
                NdisReportKind.BrokenRule,
                nameof(NdisLibrary.NdisCloseAdapter),
                binding.Protocol.Driver,
                $"The protocol had {Name} open when it was halted. It was closed.");
            binding.Close();
        }
    }
}

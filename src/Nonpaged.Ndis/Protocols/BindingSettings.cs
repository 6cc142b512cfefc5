using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// What a binding set for itself: which frames it takes, and how much of each it looks at. It is set in the adapter's turn.
/// </summary>
internal sealed class BindingSettings
{
    public uint PacketFilter { get; private set; }

    /// <summary>0 where the binding has set none.</summary>
    public uint Lookahead { get; private set; }

    public MacAddress[] Multicast { get; private set; } = [];

    /// <summary>Whether the packet filter takes a frame with this destination.</summary>
    public bool Takes(ReadOnlySpan<byte> destination, MacAddress? own)
    {
        if ((PacketFilter & NdisLibrary.NDIS_PACKET_TYPE_PROMISCUOUS) != 0) return true;
        if ((destination[0] & 1) == 0)
            return (PacketFilter & NdisLibrary.NDIS_PACKET_TYPE_DIRECTED) != 0 && own == new MacAddress(destination);
        if (destination.IndexOfAnyExcept((byte)0xff) < 0) return (PacketFilter & NdisLibrary.NDIS_PACKET_TYPE_BROADCAST) != 0;
        if ((PacketFilter & NdisLibrary.NDIS_PACKET_TYPE_ALL_MULTICAST) != 0) return true;
        return (PacketFilter & NdisLibrary.NDIS_PACKET_TYPE_MULTICAST) != 0 && Multicast.Contains(new MacAddress(destination));
    }

    /// <summary>The value of an OID that the binding has set; null for all others.</summary>
    public uint? Find(uint oid) => oid switch
    {
        NdisLibrary.OID_GEN_CURRENT_PACKET_FILTER => PacketFilter,
        NdisLibrary.OID_GEN_CURRENT_LOOKAHEAD when Lookahead != 0 => Lookahead,
        _ => null,
    };

    /// <summary>Keeps the value of an OID that each binding has for itself. False where its length is wrong.</summary>
    public bool TrySet(uint oid, ReadOnlySpan<byte> value)
    {
        switch (oid)
        {
            case NdisLibrary.OID_GEN_CURRENT_PACKET_FILTER:
                if (value.Length != sizeof(uint)) return false;
                PacketFilter = MemoryMarshal.Read<uint>(value);
                return true;
            case NdisLibrary.OID_GEN_CURRENT_LOOKAHEAD:
                if (value.Length != sizeof(uint)) return false;
                Lookahead = MemoryMarshal.Read<uint>(value);
                return true;
            case NdisLibrary.OID_802_3_MULTICAST_LIST:
                if (value.Length % 6 != 0) return false;
                var addresses = new MacAddress[value.Length / 6];
                for (int index = 0; index < addresses.Length; index++)
                    addresses[index] = new MacAddress(value.Slice(6 * index, 6));
                Multicast = addresses;
                return true;
            default:
                return true;
        }
    }
}

using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// A protocol's request. What each binding sets for itself (packet filter, look-ahead, multicast list) reaches the miniport as the union of
/// all bindings' values, as in NDIS.
/// </summary>
internal static unsafe class BindingRequest
{
    public static void Perform(Binding binding, nint address)
    {
        var request = (NDIS_REQUEST*)address;
        var value = new ReadOnlySpan<byte>(request->InformationBuffer, checked((int)request->InformationBufferLength));
        if (request->RequestType != NDIS_REQUEST_TYPE.NdisRequestSetInformation) Query(binding, address);
        else if (Adopt(binding, request->Oid, value) is { } combined) Set(binding, address, combined);
        else binding.RequestComplete(address, NDIS_STATUS_INVALID_LENGTH, 0, sizeof(uint));
    }

    private static void Query(Binding binding, nint address)
    {
        var request = (NDIS_REQUEST*)address;
        uint? own = request->Oid switch
        {
            NdisLibrary.OID_GEN_CURRENT_PACKET_FILTER => binding.PacketFilter,
            NdisLibrary.OID_GEN_CURRENT_LOOKAHEAD when binding.Lookahead != 0 => binding.Lookahead,
            _ => null,
        };
        if (own is { } answer)
        {
            var fits = request->InformationBufferLength >= sizeof(uint);
            if (fits) *(uint*)request->InformationBuffer = answer;
            binding.RequestComplete(
                address,
                fits ? NDIS_STATUS_SUCCESS : NDIS_STATUS_BUFFER_TOO_SHORT,
                fits ? sizeof(uint) : 0u,
                sizeof(uint));
            return;
        }

        Forward(binding, address, new AdapterRequest(
            request->Oid,
            IsSet: false,
            (nint)request->InformationBuffer,
            request->InformationBufferLength,
            (status, bytes, needed) => binding.RequestComplete(address, status, bytes, needed)));
    }

    private static void Set(Binding binding, nint address, byte[] value)
    {
        var request = (NDIS_REQUEST*)address;
        var length = request->InformationBufferLength;
        var buffer = NativeMemory.Alloc((nuint)Math.Max(value.Length, 1));
        value.CopyTo(new Span<byte>(buffer, value.Length));
        Forward(binding, address, new AdapterRequest(request->Oid, IsSet: true, (nint)buffer, (uint)value.Length, (status, _, needed) =>
        {
            NativeMemory.Free(buffer);
            binding.RequestComplete(address, status, status == NDIS_STATUS_SUCCESS ? length : 0, needed);
        }));
    }

    private static void Forward(Binding binding, nint address, AdapterRequest request)
    {
        if (!binding.Adapter.Oids.Request(request)) request.Done(NDIS_STATUS_CLOSING, 0, 0);
    }

    /// <summary>The value that the miniport gets; null where the length is wrong.</summary>
    private static byte[]? Adopt(Binding binding, uint oid, ReadOnlySpan<byte> value)
    {
        switch (oid)
        {
            case NdisLibrary.OID_GEN_CURRENT_PACKET_FILTER:
                if (value.Length != sizeof(uint)) return null;
                binding.PacketFilter = MemoryMarshal.Read<uint>(value);
                return BitConverter.GetBytes(binding.Adapter.Bindings.CombinedFilter);
            case NdisLibrary.OID_GEN_CURRENT_LOOKAHEAD:
                if (value.Length != sizeof(uint)) return null;
                binding.Lookahead = MemoryMarshal.Read<uint>(value);
                return BitConverter.GetBytes(binding.Adapter.Bindings.CombinedLookahead);
            case NdisLibrary.OID_802_3_MULTICAST_LIST:
                if (value.Length % 6 != 0) return null;
                binding.Multicast = new MacAddress[value.Length / 6];
                for (var index = 0; index < binding.Multicast.Length; index++)
                    binding.Multicast[index] = new MacAddress(value.Slice(6 * index, 6));
                return binding.Adapter.Bindings.CombinedMulticast;
            default:
                return value.ToArray();
        }
    }
}

namespace Nonpaged.Ndis;

/// <summary>
/// A protocol's NDIS_REQUEST on its way to the miniport. What each binding sets for itself (packet filter, look-ahead, multicast
/// list) reaches the miniport as the union of all bindings' values, as in NDIS.
/// </summary>
internal static unsafe class RequestPath
{
    public static void Perform(Binding binding, nint address)
    {
        var request = (NDIS_REQUEST*)address;
        if (request->InformationBufferLength > int.MaxValue)
        {
            binding.RequestComplete(address, NDIS_STATUS_INVALID_LENGTH, 0, 0);
            return;
        }

        var value = new ReadOnlySpan<byte>(request->InformationBuffer, (int)request->InformationBufferLength);
        if (request->RequestType != NDIS_REQUEST_TYPE.NdisRequestSetInformation) Query(binding, address);
        else if (binding.Settings.TrySet(request->Oid, value)) Set(binding, address, Combined(binding, request->Oid, value));
        else binding.RequestComplete(address, NDIS_STATUS_INVALID_LENGTH, 0, sizeof(uint));
    }

    private static void Query(Binding binding, nint address)
    {
        var request = (NDIS_REQUEST*)address;
        if (binding.Settings.Find(request->Oid) is { } answer)
        {
            bool fits = request->InformationBufferLength >= sizeof(uint);
            if (fits) *(uint*)request->InformationBuffer = answer;
            binding.RequestComplete(
                address,
                fits ? NDIS_STATUS_SUCCESS : NDIS_STATUS_BUFFER_TOO_SHORT,
                fits ? sizeof(uint) : 0u,
                sizeof(uint));
            return;
        }

        Forward(binding, new AdapterRequest(
            request->Oid,
            IsSet: false,
            (nint)request->InformationBuffer,
            request->InformationBufferLength,
            (status, bytes, needed) => binding.RequestComplete(address, status, bytes, needed)));
    }

    private static void Set(Binding binding, nint address, byte[] value)
    {
        var request = (NDIS_REQUEST*)address;
        uint length = request->InformationBufferLength;
        // A driver that is verified gets it in memory that faults for a byte too many.
        var memory = new RequestMemory(value, TakeGuarded(binding, value.Length));
        Forward(binding, new AdapterRequest(request->Oid, isSet: true, memory, (status, _, needed) =>
        {
            // First: the protocol may end within its completion, and its memory is counted then.
            memory.End();
            binding.RequestComplete(address, status, status == NDIS_STATUS_SUCCESS ? length : 0, needed);
        }));
    }

    private static MemoryBlock? TakeGuarded(Binding binding, int length)
    {
        NdisInstance instance = binding.Adapter.Instance;
        if (length == 0 || instance.Options.GuardPages == GuardPages.None) return null;
        var allocation = new NdisAllocation(
            MemoryCall.NdisMemory, nameof(NdisLibrary.NdisRequest), binding.Protocol.Driver, (ulong)length, 0,
                PhysicalAddress.Max);
        return instance.Memory.Allocate(allocation, new MemoryRequest((nuint)length));
    }

    private static void Forward(Binding binding, AdapterRequest request)
    {
        if (!binding.Adapter.Oids.Request(request)) request.Done(NDIS_STATUS_CLOSING, 0, 0);
    }

    /// <summary>The value that the miniport gets.</summary>
    private static byte[] Combined(Binding binding, uint oid, ReadOnlySpan<byte> value) => oid switch
    {
        NdisLibrary.OID_GEN_CURRENT_PACKET_FILTER => BitConverter.GetBytes(binding.Adapter.Bindings.CombinedFilter),
        NdisLibrary.OID_GEN_CURRENT_LOOKAHEAD => BitConverter.GetBytes(binding.Adapter.Bindings.CombinedLookahead),
        NdisLibrary.OID_802_3_MULTICAST_LIST => binding.Adapter.Bindings.CombinedMulticast,
        _ => value.ToArray(),
    };
}

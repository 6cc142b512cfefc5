namespace Nonpaged.Verify;

/// <summary>What a miniport answered to a request.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Used">The bytes that it says it wrote or read.</param>
/// <param name="Needed">The bytes that it says it needs.</param>
/// <param name="Buffer">The buffer afterwards.</param>
internal sealed record Question(NDIS_STATUS Status, uint Used, uint Needed, byte[] Buffer)
{
    public const byte Fill = 0xa5;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly Driver s_verifier = new(Station.Name, DriverKind.Protocol);

    /// <summary>Asks, and waits; null where there is no answer, or no memory.</summary>
    public static Question? Query(Adapter adapter, uint oid, uint length) =>
        Ask(adapter, oid, isSet: false, Enumerable.Repeat(Fill, (int)length).ToArray());

    /// <summary>Sets, and waits; null where there is no answer, or no memory.</summary>
    public static Question? Set(Adapter adapter, uint oid, byte[] value) => Ask(adapter, oid, isSet: true, value);

    private static unsafe Question? Ask(Adapter adapter, uint oid, bool isSet, byte[] value)
    {
        NdisInstance instance = adapter.Instance;
        MemoryBlock? block = null;
        // In memory of its own, so that a byte too many is seen.
        if (value.Length > 0)
        {
            var allocation = new NdisAllocation(
                MemoryCall.NdisMemory, "NdisRequest", s_verifier, (ulong)value.Length, 0, PhysicalAddress.Max);
            block = instance.Memory.Allocate(allocation, new MemoryRequest((nuint)value.Length));
            if (block is null) return null;
        }

        if (block is not null) value.CopyTo(block.AsSpan());
        var answer = new TaskCompletionSource<(NDIS_STATUS, uint, uint)>(TaskCreationOptions.RunContinuationsAsynchronously);
        nint address = block is null ? 0 : (nint)block.Address;
        bool isTaken = adapter.Oids.Request(new AdapterRequest(
            oid, isSet, address, (uint)value.Length, (status, used, needed) => answer.TrySetResult((status, used, needed))));
        if (!isTaken || !answer.Task.Wait(s_patience)) return null;
        (NDIS_STATUS status, uint used, uint needed) = answer.Task.Result;
        byte[] buffer = block is null ? [] : block.AsSpan().ToArray();
        block?.Dispose();
        return new Question(status, used, needed, buffer);
    }
}

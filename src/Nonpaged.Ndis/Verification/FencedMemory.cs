using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// NDIS's own memory that a verified driver gets: each piece on pages of its own (NdisOptions.GuardPages), so that an access past
/// its end, or after it is NDIS's again, faults where the driver makes it. Thread-safe.
/// </summary>
/// <param name="instance">The instance.</param>
/// <param name="what">What a piece is, for a finding.</param>
internal sealed unsafe class FencedMemory(NdisInstance instance, string what)
{
    private readonly ConcurrentDictionary<nint, (MemoryBlock Block, NdisAllocation Record)> _pieces = new();

    /// <summary>Zeroed memory; 0 where there is none.</summary>
    public nint Take(Driver owner, uint length)
    {
        if (!instance.Pool.TryAllocate(new MemoryRequest(length), out MemoryBlock? block, out _)) return 0;
        NativeMemory.Clear(block.Address, length);
        var record = new NdisAllocation(MemoryCall.NdisMemory, what, owner, length, 0, PhysicalAddress.Max);
        record.Succeed(block);
        if (instance.Options.Verification is { } verification)
        {
            record.Stack = verification.Stack();
            verification.Allocated?.Invoke(record, null);
        }

        _pieces[(nint)block.Address] = (block, record);
        return (nint)block.Address;
    }

    /// <summary>It is out.</summary>
    public bool Has(nint address) => _pieces.ContainsKey(address);

    /// <summary>It is NDIS's again. False where it is not out.</summary>
    public bool Free(nint address)
    {
        if (!_pieces.TryRemove(address, out (MemoryBlock Block, NdisAllocation Record) piece)) return false;
        Verification? verification = instance.Options.Verification;
        verification?.Allocated?.Invoke(piece.Record, verification.Stack());
        piece.Block.Dispose();
        return true;
    }

    /// <summary>All are NDIS's again, even those that a driver still has.</summary>
    public void FreeAll()
    {
        foreach (nint address in _pieces.Keys) Free(address);
    }
}

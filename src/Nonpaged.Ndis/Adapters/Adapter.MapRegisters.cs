using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// Map registers: what a bus master of short reach needs where memory lies beyond it. A buffer that the device reaches is mapped where it is; any other through a
/// bounce buffer below the limit, which is filled when the mapping starts, or emptied when it ends.
/// </summary>
public sealed unsafe partial class Adapter
{
    private readonly Dictionary<uint, Mapping> _mappings = [];
    private uint _mapRegisters;
    private uint _longestMapping;

    /// <summary>Without the bus master attribute there is no DMA to map for (NDIS 5, NdisMAllocateMapRegisters).</summary>
    internal NDIS_STATUS AllocateMapRegisters(uint count, byte dmaSize, uint longest)
    {
        if (!Bus.IsBusMaster) return NDIS_STATUS_NOT_SUPPORTED;
        if (_mapRegisters > 0) return NDIS_STATUS_RESOURCE_CONFLICT;
        _mapRegisters = count;
        _longestMapping = longest;
        DmaLimit = dmaSize switch
        {
            NdisLibrary.NDIS_DMA_24BITS => new PhysicalAddress(0xff_ffff),
            NdisLibrary.NDIS_DMA_64BITS => PhysicalAddress.Max,
            _ => new PhysicalAddress(uint.MaxValue),
        };
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>Gives the map registers back; false where there are none.</summary>
    internal bool FreeMapRegisters()
    {
        var had = _mapRegisters > 0;
        if (_mappings.Count > 0)
            Report(NdisReportKind.BrokenRule, nameof(NdisLibrary.NdisMFreeMapRegisters), $"{_mappings.Count} mappings were not completed (NdisMCompleteBufferPhysicalMapping).");
        foreach (var mapping in _mappings.Values) ReleaseBounce(mapping.Bounce);
        _mappings.Clear();
        _mapRegisters = 0;
        return had;
    }

    /// <summary>Where the device finds a buffer's bytes; empty where it cannot be mapped, which is reported.</summary>
    internal IReadOnlyList<SCATTER_GATHER_ELEMENT> StartMapping(NDIS_BUFFER* buffer, uint register, bool toDevice)
    {
        const string Call = nameof(NdisLibrary.NdisMStartBufferPhysicalMapping);
        if (register >= _mapRegisters)
        {
            Report(NdisReportKind.BrokenRule, Call, $"Map register {register} was not allocated (NdisMAllocateMapRegisters).");
            return [];
        }

        if (_mappings.ContainsKey(register))
        {
            Report(NdisReportKind.BrokenRule, Call, $"Map register {register} is in use: its mapping was not completed (NdisMCompleteBufferPhysicalMapping).");
            return [];
        }

        if (buffer->ByteCount > _longestMapping)
            ReportOnce(NdisReportKind.BrokenRule, Call, $"A buffer is longer than the {_longestMapping} bytes that map registers were allocated for.");
        List<SCATTER_GATHER_ELEMENT> pieces = [];
        MemoryBlock? bounce = null;
        if (!AddPieces(buffer, pieces))
        {
            if (Bounce(Math.Max(buffer->ByteCount, 1), out bounce) is not { } elsewhere)
            {
                Report(NdisReportKind.BrokenRule, Call, $"There is no memory for a bounce buffer of {buffer->ByteCount} bytes at or below {DmaLimit}.");
                return [];
            }

            pieces = [elsewhere];
            if (toDevice) NativeMemory.Copy(buffer->MappedSystemVa, bounce!.Address, buffer->ByteCount);
        }

        _mappings[register] = new Mapping(bounce, (nint)buffer, toDevice);
        return pieces;
    }

    /// <summary>What the device wrote into a bounce buffer comes to the buffer itself.</summary>
    internal void EndMapping(NDIS_BUFFER* buffer, uint register)
    {
        if (!_mappings.Remove(register, out var mapping) || mapping.Buffer != (nint)buffer)
        {
            Report(NdisReportKind.BrokenRule, nameof(NdisLibrary.NdisMCompleteBufferPhysicalMapping), $"Map register {register} does not map the buffer at 0x{(nint)buffer:x}.");
            ReleaseBounce(mapping?.Bounce);
            return;
        }

        if (mapping.Bounce is not { } bounce) return;
        if (!mapping.ToDevice) NativeMemory.Copy(bounce.Address, buffer->MappedSystemVa, buffer->ByteCount);
        ReleaseBounce(bounce);
    }

    private void GiveBackMapRegisters(string who)
    {
        if (_mapRegisters == 0) return;
        Leak(nameof(NdisLibrary.NdisMAllocateMapRegisters), $"{who} left {_mapRegisters} map registers allocated.");
        FreeMapRegisters();
    }

    private sealed record Mapping(MemoryBlock? Bounce, nint Buffer, bool ToDevice);
}

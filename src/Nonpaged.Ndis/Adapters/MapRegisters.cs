using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// Map registers: what a bus master of short reach needs where memory lies beyond it. A buffer that the device reaches is
/// mapped where it is; any other through a bounce buffer below the limit, which is filled when the mapping starts, or emptied
/// when it ends.
/// </summary>
internal sealed unsafe class MapRegisters(BusControl bus, DmaMapper dma, DriverReports reports)
{
    private readonly Dictionary<uint, Mapping> _mappings = [];
    private uint _count;
    private uint _longestMapping;

    /// <summary>Without the bus master attribute there is no DMA to map for (NDIS 5, NdisMAllocateMapRegisters).</summary>
    public NDIS_STATUS Allocate(uint count, byte dmaSize, uint longest)
    {
        if (!bus.IsBusMaster) return NDIS_STATUS_NOT_SUPPORTED;
        if (_count > 0) return NDIS_STATUS_RESOURCE_CONFLICT;
        _count = count;
        _longestMapping = longest;
        dma.Limit = dmaSize switch
        {
            NdisLibrary.NDIS_DMA_24BITS => new PhysicalAddress(0xff_ffff),
            NdisLibrary.NDIS_DMA_64BITS => PhysicalAddress.Max,
            _ => new PhysicalAddress(uint.MaxValue),
        };
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>Gives the map registers back; false where there are none.</summary>
    public bool Free()
    {
        bool had = _count > 0;
        if (_mappings.Count > 0)
        {
            reports.Report(
                NdisReportKind.BrokenRule,
                nameof(NdisLibrary.NdisMFreeMapRegisters),
                $"{_mappings.Count} mappings were not completed (NdisMCompleteBufferPhysicalMapping).");
        }

        foreach (Mapping mapping in _mappings.Values)
        {
            dma.Unmap(mapping.Pieces);
            dma.GiveBounce(mapping.Bounce);
        }

        _mappings.Clear();
        _count = 0;
        return had;
    }

    /// <summary>Where the device finds a buffer's bytes; empty where it cannot be mapped, which is reported.</summary>
    public IReadOnlyList<SCATTER_GATHER_ELEMENT> Start(NDIS_BUFFER* buffer, uint register, bool toDevice)
    {
        const string Call = nameof(NdisLibrary.NdisMStartBufferPhysicalMapping);
        if (register >= _count)
        {
            reports.Report(
                NdisReportKind.BrokenRule, Call, $"Map register {register} was not allocated (NdisMAllocateMapRegisters).");
            return [];
        }

        if (_mappings.ContainsKey(register))
        {
            reports.Report(
                NdisReportKind.BrokenRule,
                Call,
                $"Map register {register} is in use: its mapping was not completed (NdisMCompleteBufferPhysicalMapping).");
            return [];
        }

        if (buffer->ByteCount > _longestMapping)
        {
            reports.ReportOnce(
                NdisReportKind.BrokenRule,
                Call,
                $"A buffer is longer than the {_longestMapping} bytes that map registers were allocated for.");
        }

        List<SCATTER_GATHER_ELEMENT> pieces = [];
        MemoryBlock? bounce = null;
        if (!dma.AddPieces(buffer, pieces))
        {
            if (dma.TakeBounce(Math.Max(buffer->ByteCount, 1), out bounce) is not { } elsewhere)
            {
                reports.Report(
                    NdisReportKind.BrokenRule,
                    Call,
                    $"There is no memory for a bounce buffer of {buffer->ByteCount} bytes at or below {dma.Limit}.");
                return [];
            }

            pieces = [elsewhere];
            if (toDevice) NativeMemory.Copy(buffer->MappedSystemVa, bounce!.Address, buffer->ByteCount);
        }

        dma.Map(pieces);
        _mappings[register] = new Mapping(bounce, (nint)buffer, toDevice, pieces);
        return pieces;
    }

    /// <summary>What the device wrote into a bounce buffer comes to the buffer itself.</summary>
    public void End(NDIS_BUFFER* buffer, uint register)
    {
        if (!_mappings.Remove(register, out Mapping? mapping) || mapping.Buffer != (nint)buffer)
        {
            reports.Report(
                NdisReportKind.BrokenRule,
                nameof(NdisLibrary.NdisMCompleteBufferPhysicalMapping),
                $"Map register {register} does not map the buffer at 0x{(nint)buffer:x}.");
            dma.Unmap(mapping?.Pieces ?? []);
            dma.GiveBounce(mapping?.Bounce);
            return;
        }

        dma.Unmap(mapping.Pieces);
        if (mapping.Bounce is not { } bounce) return;
        if (!mapping.ToDevice) NativeMemory.Copy(bounce.Address, buffer->MappedSystemVa, buffer->ByteCount);
        dma.GiveBounce(bounce);
    }

    public void GiveBack(string who)
    {
        if (_count == 0) return;
        reports.Leak(nameof(NdisLibrary.NdisMAllocateMapRegisters), $"{who} left {_count} map registers allocated.");
        Free();
    }

    private sealed record Mapping(
        MemoryBlock? Bounce, nint Buffer, bool ToDevice, IReadOnlyList<SCATTER_GATHER_ELEMENT> Pieces);
}

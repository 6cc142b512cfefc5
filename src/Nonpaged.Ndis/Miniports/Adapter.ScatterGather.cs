using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>The scatter/gather lists of packets that a miniport sends by DMA.</summary>
public sealed unsafe partial class Adapter
{
    private const uint DmaPage = 4096;

    private readonly Dictionary<nint, (nint List, MemoryBlock? Bounce)> _lists = [];
    private bool _wantsLists;

    /// <summary>NdisMInitializeScatterGatherDma: from here on each packet that is sent brings its list.</summary>
    internal void StartScatterGather(bool dma64BitAddresses)
    {
        SetDmaLimit(dma64BitAddresses);
        _wantsLists = true;
    }

    /// <summary>False where the packet needs a bounce buffer and there is no memory for one at the moment.</summary>
    private bool PrepareList(nint packet)
    {
        if (!_wantsLists || _lists.ContainsKey(packet)) return true;
        var pieces = PiecesOf((NDIS_PACKET*)packet);
        MemoryBlock? bounce = null;
        if (pieces is null && Bounce((NDIS_PACKET*)packet, out bounce) is { } elsewhere) pieces = [elsewhere];
        if (pieces is null) return false;
        var list = (SCATTER_GATHER_LIST*)NativeMemory.AllocZeroed((nuint)(sizeof(SCATTER_GATHER_LIST) + (pieces.Count * sizeof(SCATTER_GATHER_ELEMENT))));
        list->NumberOfElements = (uint)pieces.Count;
        for (var index = 0; index < pieces.Count; index++) SCATTER_GATHER_LIST.Elements(list)[index] = pieces[index];
        _lists[packet] = ((nint)list, bounce);
        NdisLibrary.NDIS_SCATTER_GATHER_LIST((NDIS_PACKET*)packet) = list;
        return true;
    }

    private void ReleaseList(nint packet)
    {
        if (!_lists.Remove(packet, out var one)) return;
        NativeMemory.Free((void*)one.List);
        one.Bounce?.Dispose();
        NdisLibrary.NDIS_SCATTER_GATHER_LIST((NDIS_PACKET*)packet) = null;
    }

    /// <summary>Null where a byte is not within the device's reach, or not in the machine's memory at all.</summary>
    private List<SCATTER_GATHER_ELEMENT>? PiecesOf(NDIS_PACKET* packet)
    {
        var pieces = new List<SCATTER_GATHER_ELEMENT>();
        var end = 0L;
        for (var buffer = packet->Private.Head; buffer is not null; buffer = buffer->Next)
        {
            for (var offset = 0u; offset < buffer->ByteCount;)
            {
                var address = (byte*)buffer->MappedSystemVa + offset;
                var length = Math.Min(buffer->ByteCount - offset, DmaPage - (uint)((nuint)address & (DmaPage - 1)));
                if (!Instance.Pool.TryTranslate(address, out var physical) || physical.Value + length - 1 > DmaLimit.Value) return null;
                if (pieces.Count > 0 && end == (long)physical.Value) pieces[^1] = pieces[^1] with { Length = pieces[^1].Length + length };
                else pieces.Add(new SCATTER_GATHER_ELEMENT { Address = new((long)physical.Value), Length = length });
                end = (long)physical.Value + length;
                offset += length;
            }
        }

        return pieces;
    }

    /// <summary>Copies the packet to where the device reaches it.</summary>
    private SCATTER_GATHER_ELEMENT? Bounce(NDIS_PACKET* packet, out MemoryBlock? block)
    {
        NdisLibrary.NdisQueryPacketLength(packet, out var length);
        var request = new MemoryRequest(Math.Max(length, 1)) { Contiguous = true, HighestAcceptableAddress = DmaLimit };
        if (!Instance.Pool.TryAllocate(request, out block, out _)) return null;
        PacketCursor.Read(packet, 0, block.Address, length);
        return new SCATTER_GATHER_ELEMENT { Address = NdisLibrary.PhysicalAddressOf(Instance, block), Length = length };
    }
}

using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>The scatter/gather lists of packets that a miniport sends by DMA.</summary>
internal sealed unsafe class ScatterGatherLists(NdisInstance instance, DmaMapper dma)
{
    private readonly Dictionary<nint, (nint List, MemoryBlock? Bounce, List<SCATTER_GATHER_ELEMENT> Pieces)> _lists = [];

    /// <summary>Each packet that is sent brings its list.</summary>
    public bool AreMade { get; private set; }

    /// <summary>NdisMInitializeScatterGatherDma: from here on each packet that is sent brings its list.</summary>
    public NDIS_STATUS Start(bool dma64BitAddresses, uint maximumMapping)
    {
        dma.Limit = dma64BitAddresses ? PhysicalAddress.Max : new PhysicalAddress(uint.MaxValue);
        if (instance.Pool.Options.ForDevices && !dma64BitAddresses && !dma.TakeRoom(maximumMapping)) return NDIS_STATUS_RESOURCES;
        AreMade = true;
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>
    /// Makes a packet's list. False where it needs a bounce buffer and there is no memory for one at the moment.
    /// </summary>
    public bool Prepare(nint packet)
    {
        if (!AreMade || _lists.ContainsKey(packet)) return true;
        List<SCATTER_GATHER_ELEMENT>? pieces = PiecesOf((NDIS_PACKET*)packet);
        MemoryBlock? bounce = null;
        if (pieces is null && Copy((NDIS_PACKET*)packet, out bounce) is { } elsewhere) pieces = [elsewhere];
        if (pieces is null) return false;
        int size = sizeof(SCATTER_GATHER_LIST) + (pieces.Count * sizeof(SCATTER_GATHER_ELEMENT));
        var list = (SCATTER_GATHER_LIST*)NativeMemory.AllocZeroed((nuint)size);
        list->NumberOfElements = (uint)pieces.Count;
        for (int index = 0; index < pieces.Count; index++) SCATTER_GATHER_LIST.Elements(list)[index] = pieces[index];
        dma.Map(pieces);
        _lists[packet] = ((nint)list, bounce, pieces);
        NdisLibrary.NDIS_SCATTER_GATHER_LIST((NDIS_PACKET*)packet) = list;
        return true;
    }

    public void Release(nint packet)
    {
        if (!_lists.Remove(packet, out (nint List, MemoryBlock? Bounce, List<SCATTER_GATHER_ELEMENT> Pieces) one)) return;
        dma.Unmap(one.Pieces);
        NativeMemory.Free((void*)one.List);
        dma.GiveBounce(one.Bounce);
        NdisLibrary.NDIS_SCATTER_GATHER_LIST((NDIS_PACKET*)packet) = null;
    }

    /// <summary>Null where a byte is not within the device's reach, or not in the machine's memory at all.</summary>
    private List<SCATTER_GATHER_ELEMENT>? PiecesOf(NDIS_PACKET* packet)
    {
        var pieces = new List<SCATTER_GATHER_ELEMENT>();
        for (NDIS_BUFFER* buffer = packet->Private.Head; buffer is not null; buffer = buffer->Next)
        {
            if (!dma.AddPieces(buffer, pieces)) return null;
        }

        return pieces;
    }

    /// <summary>Copies the packet to where the device reaches it.</summary>
    private SCATTER_GATHER_ELEMENT? Copy(NDIS_PACKET* packet, out MemoryBlock? block)
    {
        NdisLibrary.NdisQueryPacketLength(packet, out uint length);
        if (dma.TakeBounce(length, out block) is not { } element) return null;
        PacketCursor.Read(packet, 0, block!.Address, length);
        return element;
    }
}

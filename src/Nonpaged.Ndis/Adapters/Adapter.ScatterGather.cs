using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>The scatter/gather lists of packets that a miniport sends by DMA.</summary>
public sealed unsafe partial class Adapter
{
    private const uint DmaPage = 4096;

    private readonly Dictionary<nint, (nint List, MemoryBlock? Bounce)> _lists = [];
    private bool _wantsLists;

    // Of a device that reaches less than all of the host's memory: room to copy one packet to, so that sends come through, one by one at worst.
    private MemoryBlock? _room;
    private bool _isRoomTaken;
    private bool _toldOfNoRoom;

    /// <summary>
    /// NdisMInitializeScatterGatherDma: from here on each packet that is sent brings its list. The host's memory below a limit is had by luck, so what sends need of it is taken now.
    /// </summary>
    internal NDIS_STATUS StartScatterGather(bool dma64BitAddresses, uint maximumMapping)
    {
        SetDmaLimit(dma64BitAddresses);
        if (Instance.Pool.Options.ForDevices && !dma64BitAddresses && _room is null)
        {
            // Scarce memory only where there is no other (clause C16).
            Caching[] cachings = Instance.Options.StrictNoncached ? [Caching.Any, Instance.Options.StrictCaching] : [Caching.Any];
            foreach (var caching in cachings)
            {
                if (_room is not null) break;
                var call = nameof(NdisLibrary.NdisMInitializeScatterGatherDma);
                var allocation = new NdisAllocation(MemoryCall.SharedMemory, call, Driver, Math.Max(maximumMapping, 1), 0, DmaLimit);
                _room = Instance.Memory.Allocate(allocation, RoomFor(maximumMapping, caching));
            }

            if (_room is null) return NDIS_STATUS_RESOURCES;
        }

        _wantsLists = true;
        return NDIS_STATUS_SUCCESS;
    }

    private void FreeRoom()
    {
        if (_room?.Request.Owner is NdisAllocation allocation) allocation.Freed = true;
        _room?.Dispose();
        _room = null;
    }

    private MemoryRequest RoomFor(uint length, Caching caching) => new(Math.Max(length, 1)) { Contiguous = true, HighestAcceptableAddress = DmaLimit, Caching = caching };

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
        ReleaseBounce(one.Bounce);
        NdisLibrary.NDIS_SCATTER_GATHER_LIST((NDIS_PACKET*)packet) = null;
    }

    /// <summary>Null where a byte is not within the device's reach, or not in the machine's memory at all.</summary>
    private List<SCATTER_GATHER_ELEMENT>? PiecesOf(NDIS_PACKET* packet)
    {
        var pieces = new List<SCATTER_GATHER_ELEMENT>();
        for (var buffer = packet->Private.Head; buffer is not null; buffer = buffer->Next)
        {
            if (!AddPieces(buffer, pieces)) return null;
        }

        return pieces;
    }

    private bool AddPieces(NDIS_BUFFER* buffer, List<SCATTER_GATHER_ELEMENT> pieces)
    {
        for (var offset = 0u; offset < buffer->ByteCount;)
        {
            var address = (byte*)buffer->MappedSystemVa + offset;
            var length = Math.Min(buffer->ByteCount - offset, DmaPage - (uint)((nuint)address & (DmaPage - 1)));
            if (!Instance.Pool.TryTranslate(address, out var physical) || physical.Value + length - 1 > DmaLimit.Value) return false;
            var follows = pieces.Count > 0 && pieces[^1].Address.QuadPart + pieces[^1].Length == (long)physical.Value;
            if (follows) pieces[^1] = pieces[^1] with { Length = pieces[^1].Length + length };
            else pieces.Add(new SCATTER_GATHER_ELEMENT { Address = new((long)physical.Value), Length = length });
            offset += length;
        }

        return true;
    }

    /// <summary>Copies the packet to where the device reaches it.</summary>
    private SCATTER_GATHER_ELEMENT? Bounce(NDIS_PACKET* packet, out MemoryBlock? block)
    {
        NdisLibrary.NdisQueryPacketLength(packet, out var length);
        if (Bounce(length, out block) is not { } element) return null;
        PacketCursor.Read(packet, 0, block!.Address, length);
        return element;
    }

    /// <summary>Memory that the device reaches.</summary>
    private SCATTER_GATHER_ELEMENT? Bounce(uint length, out MemoryBlock? block)
    {
        AllocationFailure? failure = null;
        if (_room is not null && !_isRoomTaken && length <= _room.Length)
        {
            block = _room;
            _isRoomTaken = true;
        }
        else if (!Instance.Pool.TryAllocate(RoomFor(length, Caching.Any), out block, out failure))
        {
            TellOfNoRoom(length, failure);
            return null;
        }

        return new SCATTER_GATHER_ELEMENT { Address = NdisLibrary.PhysicalAddressOf(Instance, block), Length = length };
    }

    private void ReleaseBounce(MemoryBlock? block)
    {
        if (block is not null && block == _room) _isRoomTaken = false;
        else block?.Dispose();
    }

    private void TellOfNoRoom(uint length, AllocationFailure failure)
    {
        if (_inFlight.Count > 0 || _toldOfNoRoom) return;
        _toldOfNoRoom = true;
        Instance.WriteLog($"{Driver.Name}: a packet of {length} bytes lies where the device does not reach, and cannot be copied to where it does: {failure}");
    }
}

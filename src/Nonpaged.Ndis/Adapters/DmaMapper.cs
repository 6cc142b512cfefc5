namespace Nonpaged.Ndis;

/// <summary>
/// Where an adapter's device finds a driver's bytes, and memory within its reach to copy others to (bounce buffers).
/// </summary>
internal sealed unsafe class DmaMapper(
    NdisInstance instance, Driver driver, Miniport miniport, Turn turn, DriverReports reports, Func<bool> isSending)
{
    private const uint DmaPage = 4096;

    // Of a device that reaches less than all of the host's memory: room to copy one packet to, so that sends come through, one
    // by one at worst.
    private MemoryBlock? _room;
    private bool _isRoomTaken;
    private bool _toldOfNoRoom;

    /// <summary>
    /// The highest physical address that the device's DMA reaches, as the miniport told; 32 bits until it does.
    /// </summary>
    public PhysicalAddress Limit { get; set; } = new(uint.MaxValue);

    /// <summary>
    /// Allocates the room now: the host has memory below a limit by luck, and may have none when a packet needs it. False where
    /// there is none.
    /// </summary>
    public bool TakeRoom(uint length)
    {
        if (_room is not null) return true;
        // Scarce memory only where there is no other (clause C16).
        Caching[] cachings = instance.Options.StrictNoncached ? [Caching.Any, instance.Options.StrictCaching] : [Caching.Any];
        foreach (Caching caching in cachings)
        {
            if (_room is not null) break;
            string call = nameof(NdisLibrary.NdisMInitializeScatterGatherDma);
            var allocation = new NdisAllocation(MemoryCall.SharedMemory, call, driver, Math.Max(length, 1), 0, Limit);
            _room = instance.Memory.Allocate(allocation, RoomFor(length, caching));
        }

        return _room is not null;
    }

    public void FreeRoom()
    {
        if (_room?.Request.Owner is NdisAllocation allocation) allocation.Freed = true;
        _room?.Dispose();
        _room = null;
    }

    /// <summary>Adds a buffer's pieces. False where the device does not reach a byte, or the pool does not know it.</summary>
    public bool AddPieces(NDIS_BUFFER* buffer, List<SCATTER_GATHER_ELEMENT> pieces)
    {
        for (uint offset = 0u; offset < buffer->ByteCount;)
        {
            byte* address = (byte*)buffer->MappedSystemVa + offset;
            uint length = Math.Min(buffer->ByteCount - offset, DmaPage - (uint)((nuint)address & (DmaPage - 1)));
            if (!instance.Pool.TryTranslate(address, out PhysicalAddress physical) || physical.Value + length - 1 > Limit.Value)
                return false;
            bool follows = pieces.Count > 0 && pieces[^1].Address.QuadPart + pieces[^1].Length == (long)physical.Value;
            if (follows) pieces[^1] = pieces[^1] with { Length = pieces[^1].Length + length };
            else pieces.Add(new SCATTER_GATHER_ELEMENT { Address = new((long)physical.Value), Length = length });
            offset += length;
        }

        return true;
    }

    /// <summary>Memory that the device reaches; null where there is none.</summary>
    public SCATTER_GATHER_ELEMENT? TakeBounce(uint length, out MemoryBlock? block)
    {
        AllocationFailure? failure = null;
        if (_room is not null && !_isRoomTaken && length <= _room.Length)
        {
            block = _room;
            _isRoomTaken = true;
        }
        else if (!instance.Pool.TryAllocate(RoomFor(length, Caching.Any), out block, out failure))
        {
            TellOfNoRoom(length, failure);
            return null;
        }

        return new SCATTER_GATHER_ELEMENT { Address = NdisLibrary.PhysicalAddressOf(instance, block), Length = length };
    }

    public void GiveBounce(MemoryBlock? block)
    {
        if (block is not null && block == _room) _isRoomTaken = false;
        else block?.Dispose();
    }

    /// <summary>
    /// Allocates when it has the turn and tells the miniport. False where that has no function for it, or is halted.
    /// </summary>
    public bool AllocateLater(uint length, void* context, Func<MemoryBlock?> allocate)
    {
        if (miniport.Functions.AllocateCompleteHandler is not { } complete)
        {
            reports.Report(
                NdisReportKind.BrokenRule,
                "NdisMAllocateSharedMemoryAsync",
                "was called by a miniport without an AllocateCompleteHandler.");
            return false;
        }

        return turn.Post(() =>
        {
            MemoryBlock? block = allocate();
            miniport.Call("MiniportAllocateComplete", Irql.DISPATCH_LEVEL, () =>
            {
                NDIS_PHYSICAL_ADDRESS physical = block is null ? default : NdisLibrary.PhysicalAddressOf(instance, block);
                complete(miniport.Context, block is null ? null : block.Address, &physical, length, context);
            });
        });
    }

    /// <summary>The device reaches pieces of memory, until <see cref="Unmap"/>.</summary>
    public void Map(IReadOnlyList<SCATTER_GATHER_ELEMENT> pieces)
    {
        if (instance.Machine?.Reach is not { } reach) return;
        foreach (SCATTER_GATHER_ELEMENT piece in pieces) reach.Allow(piece.Address.ToPhysicalAddress(), piece.Length);
    }

    public void Unmap(IReadOnlyList<SCATTER_GATHER_ELEMENT> pieces)
    {
        if (instance.Machine?.Reach is not { } reach) return;
        foreach (SCATTER_GATHER_ELEMENT piece in pieces) reach.Deny(piece.Address.ToPhysicalAddress(), piece.Length);
    }

    private MemoryRequest RoomFor(uint length, Caching caching) =>
        new(Math.Max(length, 1)) { Contiguous = true, HighestAcceptableAddress = Limit, Caching = caching };

    private void TellOfNoRoom(uint length, AllocationFailure failure)
    {
        if (isSending() || _toldOfNoRoom) return;
        _toldOfNoRoom = true;
        reports.Log(
            $"a packet of {length} bytes lies where the device does not reach, and cannot be copied to where it does: {failure}");
    }
}

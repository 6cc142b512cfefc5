using System.Numerics;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Blocks on pages of their own, whose end or start is next to a page without access; freed ones stay without access for as
/// long as there is memory enough for others. So a write or read that is not the block's faults where it is made, but for
/// devices, whose writes to freed blocks are found when these are looked at. Owns its lock, under which the <see
/// cref="PageStore"/>'s is taken.
/// </summary>
/// <param name="pool">The pool.</param>
/// <param name="life">Of the pool.</param>
/// <param name="pages">Where pages are.</param>
/// <param name="supply">Where more come from.</param>
/// <param name="freed">Remembers what was freed.</param>
internal sealed unsafe class FencedBlocks(
    NonpagedPool pool, PoolLife life, PageStore pages, Supply supply, FreedBlocks? freed)
{
    private const byte FreshPattern = 0xcd;
    private const byte FreedPattern = 0xdd;
    private const byte SlackPattern = 0xfd;

    // What a program may rely on where it asks for no alignment, and what a device may.
    private const nuint MostNatural = 16;
    private const nuint LeastOfDevice = 16;

    // Of the pool's memory, what freed blocks may keep.
    private const ulong KeptShare = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<nuint, Fence> _used = [];
    private readonly Queue<Fence> _kept = new();
    private readonly List<MemoryCorruption> _found = [];
    private readonly bool _isBefore = pool.Options.GuardPages == GuardPages.Before;
    private nuint _keptPages;

    /// <summary>The blocks in use.</summary>
    public MemoryBlock[] Blocks
    {
        get
        {
            lock (_gate) return [.. _used.Values.Select(fence => fence.Block)];
        }
    }

    /// <summary>Takes a block, or says why there is none.</summary>
    public MemoryBlock? Take(MemoryRequest request, out AllocationFailure? failure)
    {
        var block = new MemoryBlock(pool, request);
        PageRequest asked = RequestCheck.ToPages(request);
        var fence = new Fence(block, asked.Pages + 1);
        // Single pages of a machine's memory can always be protected.
        PageRequest fenced = asked with { Pages = fence.Pages, Protectable = supply.Grows || asked.Protectable };
        failure = supply.Take(fenced, request.Length, fence);
        if (failure is not null && GiveKept())
            failure = supply.Take(fenced, request.Length, fence);
        if (failure is not null) return null;
        using PoolLife.Holding held = life.Hold();
        nuint data = (fence.Pages - 1) << Page.Shift;
        nuint first = fence.Start + (_isBefore ? (nuint)Page.Size : 0);
        nuint start = _isBefore ? first : first + data - Page.RoundUp(request.Length, AlignmentOf(request));
        Span<byte> all = new((void*)first, checked((int)data));
        all.Fill(SlackPattern);
        new Span<byte>((void*)start, (int)request.Length).Fill(RequestCheck.IsZeroed(request) ? (byte)0 : FreshPattern);
        if (!TryProtect(GuardOf(fence), Page.Size, LibC.PROT_NONE, out failure))
        {
            supply.Give(fence, fence.Pages);
            return null;
        }

        lock (_gate)
        {
            life.ThrowIfOver();
            block.OnTaken(start, place: 0);
            _used.Add(start, fence);
        }

        return block;
    }

    /// <summary>Gives a block back, for a caller that has it. Does nothing where it was given back or its pool is gone.</summary>
    public void Give(MemoryBlock block)
    {
        lock (_gate)
        {
            if (!block.IsFreed && _used.Remove(block.Start, out Fence? fence)) Keep(fence);
        }

        GiveOldest(pages.HeldBytes / KeptShare);
    }

    /// <summary>Gives back the block at an address, or says what is wrong with that.</summary>
    public BadFree TryGive(nuint address, nuint? length)
    {
        lock (_gate)
        {
            life.ThrowIfOver();
            if (pages.OwnerAt(address) is not Fence fence)
                return pages.Contains(address) ? BadFree.NotAllocated : BadFree.Foreign;
            if (fence.Block.IsFreed) return BadFree.NotAllocated;
            if (fence.Block.Start != address) return BadFree.Middle;
            if (length is { } expected && expected != fence.Block.Length) return BadFree.WrongLength;
            _used.Remove(address);
            Keep(fence);
        }

        GiveOldest(pages.HeldBytes / KeptShare);
        return BadFree.None;
    }

    /// <summary>Looks at all freed blocks that are kept from use, and gives them back. Whether there were any.</summary>
    public bool GiveKept() => GiveOldest(0);

    /// <summary>Writes to memory that was not the writer's, found since the last time.</summary>
    public MemoryCorruption[] TakeFound()
    {
        lock (_gate)
        {
            MemoryCorruption[] found = [.. _found];
            _found.Clear();
            return found;
        }
    }

    private static nuint AlignmentOf(MemoryRequest request)
    {
        nuint natural = (nuint)1 << BitOperations.TrailingZeroCount(request.Length);
        // Its end, and not its start, is what is to lie on a page: so no more than the length allows.
        nuint least = RequestCheck.IsZeroed(request) ? LeastOfDevice : 1;
        nuint most = RequestCheck.IsZeroed(request) ? Page.Size : MostNatural;
        return nuint.Max(request.Alignment, nuint.Max(least, nuint.Min(natural, most)));
    }

    private nuint GuardOf(Fence fence) => _isBefore ? fence.Start : fence.Start + ((fence.Pages - 1) << Page.Shift);

    private nuint DataOf(Fence fence) => _isBefore ? fence.Start + Page.Size : fence.Start;

    /// <summary>Under the lock: a block is free from now on.</summary>
    private void Keep(Fence fence)
    {
        MemoryBlock block = fence.Block;
        nuint length = (fence.Pages - 1) << Page.Shift;
        freed?.Add(block.Start, block);
        block.MarkFreed();
        if (life.IsOver) return;
        nuint data = DataOf(fence);
        if (block.Request.Protectable) TryProtect(data, length, LibC.PROT_READ | LibC.PROT_WRITE, out _);
        nuint before = block.LastStart - data;
        Look(CorruptionKind.PastEnd, block, new Span<byte>((void*)data, (int)before), SlackPattern);
        nuint behind = length - before - block.Length;
        Look(CorruptionKind.PastEnd, block, new Span<byte>((byte*)data + before + block.Length, (int)behind), SlackPattern);
        new Span<byte>((void*)data, (int)length).Fill(FreedPattern);
        TryProtect(data, length, LibC.PROT_NONE, out _);
        _kept.Enqueue(fence);
        _keptPages += fence.Pages;
    }

    private bool GiveOldest(ulong keptBytes)
    {
        bool any = false;
        while (true)
        {
            Fence? fence;
            lock (_gate)
            {
                if (life.IsOver || (ulong)_keptPages << Page.Shift <= keptBytes || !_kept.TryDequeue(out fence)) return any;
                _keptPages -= fence.Pages;
                TryProtect(fence.Start, fence.Pages << Page.Shift, LibC.PROT_READ | LibC.PROT_WRITE, out _);
                var data = new Span<byte>((void*)DataOf(fence), (int)((fence.Pages - 1) << Page.Shift));
                Look(CorruptionKind.AfterFree, fence.Block, data, FreedPattern);
            }

            supply.Give(fence, fence.Pages);
            any = true;
        }
    }

    private void Look(CorruptionKind kind, MemoryBlock block, ReadOnlySpan<byte> bytes, byte pattern)
    {
        int at = bytes.IndexOfAnyExcept(pattern);
        if (at < 0) return;
        fixed (byte* first = bytes) _found.Add(new MemoryCorruption(kind, block, (nuint)first + (nuint)at));
    }

    private static bool TryProtect(nuint address, nuint length, int protection, out AllocationFailure? failure)
    {
        SysResult result = LibC.MProtect((void*)address, length, protection);
        failure = result.IsError ? AddressSpaceFailures.NotProtected(length, result.Errno) : null;
        return !result.IsError;
    }
}

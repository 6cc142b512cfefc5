using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Blocks of whole pages, which are always recorded. Has no lock of its own.
/// </summary>
/// <param name="pool">The pool.</param>
/// <param name="life">Of the pool.</param>
/// <param name="pages">Where pages are.</param>
/// <param name="supply">Where more come from.</param>
/// <param name="freed">Remembers what was freed; null where nothing is.</param>
internal sealed unsafe class WholePages(NonpagedPool pool, PoolLife life, PageStore pages, Supply supply, FreedBlocks? freed)
{
    /// <summary>Before its pages can be another's a block is remembered, or cleared.</summary>
    private readonly bool _isAlwaysUnready = freed is not null || pool.Options.ZeroOnFree;

    /// <summary>Takes a block, or says why there is none.</summary>
    public MemoryBlock? Take(MemoryRequest request, out AllocationFailure? failure)
    {
        var block = new MemoryBlock(pool, request);
        failure = supply.Take(RequestCheck.ToPages(request), request.Length, block);
        if (failure is not null) return null;
        if (RequestCheck.IsZeroed(request)) Clear(block);
        return block;
    }

    /// <summary>
    /// Takes several blocks in a memory file that they have to themselves, one behind the other, or says why there are none.
    /// </summary>
    public MemoryBlock[]? TakeGroup(MemoryRequest request, int count, out AllocationFailure? failure)
    {
        var blocks = new MemoryBlock[count];
        for (int i = 0; i < count; i++) blocks[i] = new MemoryBlock(pool, request);
        failure = supply.TakeEach(RequestCheck.ToPages(request), blocks);
        return failure is null ? blocks : null;
    }

    /// <summary>Gives back the block at an address, or says what is wrong with that.</summary>
    /// <param name="address">Any address.</param>
    /// <param name="length">The length that the block must have; null for any.</param>
    /// <param name="span">Instead of that: the span of the recorded heap that the address lies in.</param>
    public BadFree TryGive(nuint address, nuint? length, out HeapSpan? span)
    {
        PageGive given = pages.TryGive(address, length, _isAlwaysUnready);
        Finish(given);
        span = given.Span;
        return given.Bad;
    }

    /// <summary>Gives a block back, for a caller that has it. Does nothing where it was given back or its pool is gone.</summary>
    public void Give(MemoryBlock block) => Finish(pages.Give(block, _isAlwaysUnready));

    private void Finish(PageGive given)
    {
        if (given.Unready is { } block)
        {
            freed?.Add(block.LastStart, block);
            // Pages that cannot be made writable again stay out of use, and go with the pool.
            if (TryMakeReady(block)) supply.Give(block, Page.Count(block.Length), pool.Options.ZeroOnFree);
        }

        supply.OnIdle(given.Idle);
    }

    private bool TryMakeReady(MemoryBlock block)
    {
        if (!block.Request.Protectable && !pool.Options.ZeroOnFree) return true;
        nuint start = block.LastStart;
        nuint length = Page.RoundUp(block.Length, Page.Size);
        using PoolLife.Holding held = life.Hold();
        if (block.Request.Protectable && !TryUnprotect(start, length)) return false;
        if (pool.Options.ZeroOnFree) NativeMemory.Clear((void*)start, length);
        return true;
    }

    private static bool TryUnprotect(nuint start, nuint length)
    {
        const int tries = 2;
        for (int i = 0; i < tries; i++)
        {
            if (!LibC.MProtect((void*)start, length, LibC.PROT_READ | LibC.PROT_WRITE).IsError) return true;
        }

        return false;
    }

    /// <summary>The kernel's pages come filled with zeros; those that were in use since are filled again.</summary>
    private void Clear(MemoryBlock block)
    {
        nuint start = block.LastStart;
        nuint end = start + Page.RoundUp(block.Length, Page.Size);
        using PoolLife.Holding held = life.Hold();
        Extent extent;
        using (PageStore.Reading reading = pages.Read()) extent = reading.Tables.ExtentAt(start);

        while (true)
        {
            (nuint dirty, nuint clean) = extent.Dirty.NextRun(start, end);
            if (dirty >= end) return;
            if (extent.Origin == ExtentOrigin.Region) ClearWords((ulong*)dirty, (ulong*)clean);
            else NativeMemory.Clear((void*)dirty, clean - dirty);
            start = clean;
        }
    }

    /// <summary>By whole words: of uncached memory each byte of a NativeMemory.Clear could be an access of its own.</summary>
    private static void ClearWords(ulong* word, ulong* end)
    {
        for (; word < end; word++) Volatile.Write(ref *word, 0);
    }
}

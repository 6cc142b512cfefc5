using System.Diagnostics.CodeAnalysis;

namespace Nonpaged;

// Several blocks: at once, as a group, and those that will come.
public sealed unsafe partial class NonpagedPool
{
    /// <summary>Allocates as many blocks of one length as the span has room for: all, or none.</summary>
    /// <exception cref="AllocationException">There is no memory for all; none is allocated.</exception>
    public void Alloc(Span<nint> blocks, nuint length)
    {
        int done = _front.TakeLoaded(blocks, length);
        if (done < blocks.Length) AllocateRest(blocks, done, length);
    }

    /// <summary>Frees several blocks.</summary>
    /// <exception cref="ArgumentException">One of them is not in use; those before it are freed.</exception>
    public void Free(ReadOnlySpan<nint> blocks)
    {
        int done = _front.GiveLoaded(blocks);
        if (done < blocks.Length) FreeRest(blocks[done..]);
    }

    /// <summary>Frees several blocks of one length, and checks that each can have it.</summary>
    /// <param name="blocks">Their first bytes.</param>
    /// <param name="length">In bytes. Where the exact length is not recorded, one of the same size class passes.</param>
    /// <exception cref="ArgumentException">One of them is not in use, or its length is another; those before it are freed, it and
    /// those behind it are not.</exception>
    public void Free(ReadOnlySpan<nint> blocks, nuint length)
    {
        while (blocks.Length > 0)
        {
            blocks = blocks[_front.GiveLoaded(blocks, length)..];
            if (blocks.Length == 0) return;
            // Where the magazine is full this makes room.
            Free((void*)blocks[0], length);
            blocks = blocks[1..];
        }
    }

    /// <summary>
    /// Allocates several blocks in one memory file, which they have to themselves: a process that one of them is exported to sees
    /// all of them, and nothing else. It costs one descriptor for all.
    /// </summary>
    /// <param name="request">What each block needs; <see cref="MemoryRequest.Shared"/> is not <see cref="Sharing.None"/>.
    /// Each starts on a page.</param>
    /// <param name="count">How many blocks, 1 or more.</param>
    /// <exception cref="AllocationException">There is no memory for all; none is allocated.</exception>
    /// <exception cref="ArgumentException">The request is not for shared blocks, or makes no sense.</exception>
    public IReadOnlyList<MemoryBlock> AllocateGroup(MemoryRequest request, int count) =>
        TryAllocateGroup(request, count, out IReadOnlyList<MemoryBlock>? blocks, out AllocationFailure? failure) ? blocks
            : throw new AllocationException(failure);

    /// <summary>As <see cref="AllocateGroup"/>, or says why that is not possible.</summary>
    public bool TryAllocateGroup(
        MemoryRequest request,
        int count,
        [NotNullWhen(true)] out IReadOnlyList<MemoryBlock>? blocks,
        [NotNullWhen(false)] out AllocationFailure? failure)
    {
        RequestCheck.ThrowIfWrongGroup(request, count, IsFixed, _supply.Grows ? null : Options.Name);
        blocks = _whole.TakeGroup(request, count, out failure);
        if (blocks is not null) _events.OnAllocated(count);
        else _events.OnFailed(failure);
        return blocks is not null;
    }

    /// <summary>
    /// Grows ahead, so that blocks of so many bytes in all are allocated without a system call. The memory stays with the pool,
    /// whether it is used or not, until the pool is disposed.
    /// </summary>
    /// <param name="bytes">In all; each block takes whole pages, small ones share spans of 64 KiB or more.</param>
    /// <param name="highestAcceptableAddress">The limit of the requests that will come; null for none.</param>
    /// <exception cref="AllocationException">There is not so much. What was obtained before is ordinary
    /// memory of the pool.</exception>
    /// <exception cref="ArgumentException">0 bytes or less, or more than an address space holds.</exception>
    public void Reserve(long bytes, PhysicalAddress? highestAcceptableAddress = null)
    {
        if (!TryReserve(bytes, out AllocationFailure? failure, highestAcceptableAddress)) throw new AllocationException(failure);
    }

    /// <inheritdoc cref="Reserve(long, PhysicalAddress?)"/>
    /// <returns>False, with the reason, where there is not so much.</returns>
    public bool TryReserve(
        long bytes, [NotNullWhen(false)] out AllocationFailure? failure, PhysicalAddress? highestAcceptableAddress = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return TryReserve(new MemoryRequest(bytes)
        { HighestAcceptableAddress = highestAcceptableAddress ?? PhysicalAddress.Max, WholePages = true }, out failure);
    }

    /// <summary>
    /// As <see cref="Reserve(long, PhysicalAddress?)"/>, for requests like this one: its length is their sum, and the memory is
    /// pinned, contiguous, protectable as it says.
    /// </summary>
    /// <exception cref="ArgumentException">The request is for a block with a memory file of its own, which cannot be
    /// there before the block.</exception>
    /// <exception cref="AllocationException">There is not so much.</exception>
    public void Reserve(MemoryRequest request)
    {
        if (!TryReserve(request, out AllocationFailure? failure)) throw new AllocationException(failure);
    }

    /// <inheritdoc cref="Reserve(MemoryRequest)" path="/summary"/>
    /// <inheritdoc cref="Reserve(MemoryRequest)" path="/exception[@cref='T:System.ArgumentException']"/>
    /// <returns>False, with the reason, where there is not so much.</returns>
    public bool TryReserve(MemoryRequest request, [NotNullWhen(false)] out AllocationFailure? failure)
    {
        RequestCheck.ThrowIfWrong(request, IsFixed);
        RequestCheck.ThrowIfOfItsOwn(request, Options);
        _front.Make();
        failure = _supply.Reserve(RequestCheck.ToPages(request), request.Length);
        _events.OnFailed(failure);
        return failure is null;
    }

    private void AllocateRest(Span<nint> blocks, int done, nuint length)
    {
        bool canLoad = true;
        try
        {
            while (done < blocks.Length)
            {
                // Not again where there is no memory for more: one by one they come from other places.
                canLoad = canLoad && _front.TryLoad(length, blocks.Length - done);
                int taken = _front.TakeLoaded(blocks[done..], length);
                done += taken;
                if (taken > 0) continue;
                blocks[done] = (nint)Alloc(length);
                // Not before, for it may throw.
                done++;
            }
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            Free(blocks[..done]);
            blocks.Clear();
            throw;
        }
    }

    private void FreeRest(ReadOnlySpan<nint> blocks)
    {
        while (blocks.Length > 0)
        {
            // Where the magazine is full this makes room.
            Free((void*)blocks[0]);
            blocks = blocks[1..];
            blocks = blocks[_front.GiveLoaded(blocks)..];
        }
    }
}

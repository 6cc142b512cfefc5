using System.Buffers;
using System.Runtime.CompilerServices;

namespace Nonpaged;

/// <summary>
/// The owner of a block that a <see cref="NonpagedMemoryPool"/> gave. One word, so that it takes as few managed bytes as the
/// owner of an array does. It is never used again: a second disposal, however late, frees nothing of anybody else.
/// </summary>
// IDisposable is there again, so that a disposal does not go through the base's: that suppresses a finalizer, though there is
// none, by a locked instruction.
internal sealed unsafe class PooledMemory : MemoryManager<byte>, IDisposable
{
    /// <summary>The highest number of a view.</summary>
    public const int MaxNumber = (1 << (64 - NumberShift)) - 1;

    // Blocks start at multiples of 16. Programs have the lower half of 48 bits (Documentation/arch/x86/x86_64/mm.rst), and more
    // with 5-level paging only where they ask for it by an address, which nothing here does.
    private const int GranuleShift = 4;
    private const int ClassShift = 47 - GranuleShift;
    private const int NumberShift = 52;
    private const ulong AddressMask = (1UL << ClassShift) - 1;
    private const int ClassMask = (1 << (NumberShift - ClassShift)) - 1;

    // From the lowest bit up: the block's address without its zeros, its size class, the view's number; 0 when it was disposed.
    private ulong _word;

    // Where the pool is gone its span says so.
    public override Memory<byte> Memory => CreateMemory(SizeOf(Owned()));

    /// <summary>Owns a block from here on.</summary>
    public void Own(int number, void* block, int sizeClass) =>
        _word = (ulong)number << NumberShift | (ulong)sizeClass << ClassShift | (ulong)block >> GranuleShift;

    public override Span<byte> GetSpan()
    {
        ulong word = WordInUse();
        return new Span<byte>(AddressOf(word), SizeOf(word));
    }

    /// <summary>The memory never moves.</summary>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ulong word = WordInUse();
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, SizeOf(word));
        return new MemoryHandle((byte*)AddressOf(word) + elementIndex, default, this);
    }

    public override void Unpin()
    {
    }

    void IDisposable.Dispose() => Free();

    protected override void Dispose(bool disposing) => Free();

    private static void* AddressOf(ulong word) => (void*)((word & AddressMask) << GranuleShift);

    private static int SizeOf(ulong word) => SizeClass.Size((int)(word >> ClassShift) & ClassMask);

    private ulong Owned()
    {
        ulong word = Volatile.Read(ref _word);
        return word != 0 ? word
            : throw new ObjectDisposedException("IMemoryOwner<byte>", "The memory was given back: its owner was disposed.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong WordInUse()
    {
        ulong word = Owned();
        return NonpagedMemoryPool.PoolOf((int)(word >> NumberShift)) is not null ? word
            : throw new ObjectDisposedException(nameof(NonpagedPool), "The pool that the memory is of was disposed.");
    }

    private void Free()
    {
        // Of several threads one has it.
        ulong word = Interlocked.Exchange(ref _word, 0);
        if (word == 0 || NonpagedMemoryPool.PoolOf((int)(word >> NumberShift)) is not { } pool) return;
        if (!pool.TryFreeSmall(AddressOf(word))) FreeOther(pool, AddressOf(word));
    }

    // It is of single pages that were left, or the pool goes at this moment, and the block with it.
    private static void FreeOther(NonpagedPool pool, void* block)
    {
        try
        {
            pool.Give(block);
        }
        catch (ObjectDisposedException)
        {
        }
    }
}

using System.Runtime.CompilerServices;

namespace Nonpaged;

// Blocks above 64 KiB, up to 2 MiB, that have no record; and how much of any block can be used.
public sealed unsafe partial class NonpagedPool
{
    /// <summary>How many bytes of a block can be used: its size class, or its whole pages.</summary>
    /// <exception cref="ArgumentException">The address is not that of a block in use.</exception>
    public nuint GetUsableSize(void* address)
    {
        if (FindUsableSize(address) is not 0 and var size) return size;
        _life.ThrowIfOver();
        throw new ArgumentException(
            $"0x{(nuint)address:x} is not a block in use of the pool \"{Options.Name}\".", nameof(address));
    }

    /// <summary>As <see cref="GetUsableSize"/>; 0 where the address is not that of a block in use.</summary>
    internal nuint FindUsableSize(void* address) => _front.ClassOf((nuint)address) is > 0 and var sizeClass
        ? (nuint)SizeClass.Size(sizeClass)
        : _index.UsableSize((nuint)address);

    /// <summary>
    /// A large block that the loaded magazine of its class has. Null where it has none, or the length is not of such a block.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void* TakeLoadedLarge(nuint length)
    {
        if (length - SizeClass.MaxLength - 1 >= SizeClass.MaxLargeLength - SizeClass.MaxLength) return null;
        Magazine* magazine =
            ThreadCache.MagazineOf(_front.Cache + ThreadTable.Current, SizeClass.OfLarge(_front.Classes, length));
        nuint* top = magazine->Top;
        return top != magazine->Floor ? (void*)Magazine.Pop(magazine, top) : null;
    }

    /// <summary>A large block without a record, from the magazines' heap; null where that has none of such a length.</summary>
    private void* TakeLarge(nuint length)
    {
        void* block = TakeLoadedLarge(length);
        if (block != null || length <= SizeClass.MaxLength || !_front.Serves(length)) return block;
        try
        {
            return _front.TakeSlowly(SizeClass.Of(length), out _);
        }
        catch (AllocationException)
        {
            // The thread has no magazines, for want of address space.
            return null;
        }
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Nonpaged;

// What is told of memory, and what other owners of memory are told.
public sealed unsafe partial class NonpagedPool
{
    /// <summary>
    /// The pool as <see cref="MemoryPool{T}"/>, for pipes, streams and sockets: always the same one. Its memory is at least as
    /// long as asked for, its contents are undefined, and it stays where it is until its owner is disposed: there is no
    /// finalizer.
    /// Disposing of the view does nothing.
    /// </summary>
    public MemoryPool<byte> AsMemoryPool() => _memoryPool;

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

    /// <summary>Memory that the pool holds, in bytes: obtained from the host, or given by a machine.</summary>
    public ulong HeldBytes => _pages.HeldBytes;

    /// <summary>Memory in whole pages that nobody uses, in bytes.</summary>
    public ulong FreeBytes => _pages.FreeBytes;

    /// <summary>
    /// The blocks in use, in no order: whole pages, and under <see cref="NonpagedPoolOptions.Verify"/> the small ones too.
    /// </summary>
    public IReadOnlyList<MemoryBlock> Blocks => _index.Blocks;

    /// <summary>
    /// Pins memory that the caller owns, and reads its physical addresses: anonymous memory, a memory file, or huge pages. It is
    /// not counted to what the pool holds.
    /// </summary>
    /// <param name="address">Its first byte; any alignment.</param>
    /// <param name="length">In bytes. The pages that it touches are pinned whole.</param>
    /// <exception cref="AllocationException">It cannot be pinned: not mapped readable and writable, of a disk file, or above
    /// the memlock limit.</exception>
    public ImportedMemory Import(void* address, nuint length) =>
        TryImport(address, length, out ImportedMemory? imported, out AllocationFailure? failure) ? imported
            : throw new AllocationException(failure);

    /// <summary>As <see cref="Import"/>, or says why that is not possible.</summary>
    public bool TryImport(
        void* address,
        nuint length,
        [NotNullWhen(true)] out ImportedMemory? imported,
        [NotNullWhen(false)] out AllocationFailure? failure)
    {
        imported = _importer.TryImport(address, length, out failure);
        return imported is not null;
    }

    /// <summary>Gives a block to another process: a descriptor, and where the block lies in its file.</summary>
    /// <exception cref="AllocationException">The block was not asked for as <see cref="MemoryRequest.Shared"/>, nor is the pool
    /// made for sharing; or there is no further descriptor.</exception>
    /// <exception cref="ArgumentException">The block is another pool's.</exception>
    /// <exception cref="ObjectDisposedException">The block is freed, or the pool is disposed.</exception>
    public ExportedMemory Export(MemoryBlock block)
    {
        ThrowIfOfAnother(block, nameof(block));
        return _exporter.Export(block);
    }

    /// <summary>
    /// Gives the blocks of an <see cref="AllocateGroup"/> to another process as one: each starts there on a page behind the one
    /// before, so block i at i times the length of one, rounded up to whole pages.
    /// </summary>
    /// <param name="group">All of them, or some that follow each other, in the group's order.</param>
    /// <inheritdoc cref="Export(MemoryBlock)" path="/exception"/>
    /// <exception cref="ArgumentException">There is none, one is another pool's, or they do not follow each other.</exception>
    public ExportedMemory Export(IReadOnlyList<MemoryBlock> group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Count == 0) throw new ArgumentException("There is no block in the group.", nameof(group));
        foreach (MemoryBlock block in group) ThrowIfOfAnother(block, nameof(group));
        return _exporter.Export(group);
    }

    /// <summary>The physical address of a byte of an allocated block. Takes no lock and makes no system call.</summary>
    /// <returns>False for an address outside of any block, where frame numbers may not be read, and for memory that is not
    /// pinned, for the kernel may move it.</returns>
    public bool TryTranslate(void* address, out PhysicalAddress physical)
    {
        bool known = _pages.TryTranslate((nuint)address, out ulong value);
        physical = new PhysicalAddress(value);
        return known;
    }

    /// <inheritdoc cref="TryTranslate"/>
    /// <exception cref="ArgumentException">The address is not of an allocated block, or its physical
    /// address is not known.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public PhysicalAddress Translate(void* address)
    {
        if (TryTranslate(address, out PhysicalAddress physical)) return physical;
        _life.ThrowIfOver();
        throw new ArgumentException(
            $"0x{(nuint)address:x} has no known physical address in the pool \"{Options.Name}\".", nameof(address));
    }

    /// <summary>What backs a range of a block: its physical ranges in the order of its addresses.</summary>
    /// <exception cref="ArgumentException">The range is not wholly within memory in use.</exception>
    public IReadOnlyList<PhysicalRange> GetPhysicalRanges(void* address, nuint length) => _pages.RangesOf((nuint)address, length);

    /// <summary>
    /// The block in use that an address lies in, its end included up to the next page or the next small block; null for any other
    /// address, and for small blocks where the pool does not verify.
    /// </summary>
    public MemoryBlock? Find(void* address) => _index.Find((nuint)address);

    /// <summary>
    /// The block that was freed last at an address where none is in use; remembered for the latest frees, under
    /// <see cref="NonpagedPoolOptions.Verify"/>.
    /// </summary>
    public MemoryBlock? FindFreed(void* address) => _index.FindFreed((nuint)address);

    /// <summary>The address is in the pool's memory, in use or not.</summary>
    public bool Contains(void* address) => _pages.Contains((nuint)address);

    /// <summary>
    /// How much memory of a caching that ordinary memory does not have the pool was given, and how much of that is free.
    /// </summary>
    /// <param name="caching"><see cref="Caching.Uncached"/> or <see cref="Caching.WriteCombined"/>.</param>
    public RegionUse GetRegionUse(Caching caching) => RegionMeasures.Use(_pages, caching);

    /// <summary>
    /// A picture of the pool's memory at this moment: its extents, what backs them, what is used and what is free. Other threads'
    /// calls wait while the pages in use are counted, which takes some milliseconds for each GiB of them.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public PoolMap GetMap() => PoolSurvey.Map(Options.Name, _pages, _recorded);

    /// <summary>
    /// Looks whether everything that pins the pool's memory is still there. References in pipes go silently where another
    /// process drains the pipe, or code of this process closes descriptors that are not its own. Nothing more is
    /// allocated from what lost its pin, it has no physical address any more, and its blocks'
    /// <see cref="MemoryBlock.Obtained"/>, if read after that, tells it.
    /// </summary>
    /// <returns>What lost its pin since the last look.</returns>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public IReadOnlyList<LostPin> CheckPins()
    {
        List<LostPin> lost = _pages.TakeLostPins();
        _events.OnPinsLost(lost);
        return lost;
    }

    internal ObtainedMemory Describe(MemoryBlock block) => _pages.Describe(block);

    /// <summary>The address is of memory in use that the kernel may move.</summary>
    internal bool IsUnpinned(void* address) => _pages.IsUnpinned((nuint)address);

    private void ThrowIfOfAnother(MemoryBlock block, string parameter)
    {
        ArgumentNullException.ThrowIfNull(block, parameter);
        if (block.Pool == this) return;
        throw new ArgumentException(
            $"The block is of the pool \"{block.Pool.Options.Name}\", and not of \"{Options.Name}\".", parameter);
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged;

/// <summary>
/// Resident memory in one physical address space: the host's frames, the addresses of an IOMMU, or a machine's RAM. The front door: a request for a small cached block without a
/// limit goes to the heap, every other to the pages. Thread-safe.
/// </summary>
public sealed unsafe partial class NonpagedPool : IDisposable
{
    private static readonly Lock s_defaultGate = new();
    private static NonpagedPool? s_default;
    private static long s_count;

    // Held while the pool grows; taken before the gate, never after it.
    private readonly Lock _growth = new();
    private readonly Lock _gate = new();
    private readonly PageMap _map;
    private readonly OwnerTable _owners = new();
    private readonly PageAllocator _pages;
    private readonly HostExtents? _host;
    private readonly IommuAddressSpace? _iommu;
    private readonly FreedBlocks? _freed;
    private readonly Dictionary<nuint, MemoryBlock> _heapBlocks = [];
    private ulong _heldBytes;

    private NonpagedPool(NonpagedPoolOptions options, bool grows, IommuAddressSpace? iommu = null)
    {
        Options = options;
        _iommu = iommu;
        _host = grows ? new HostExtents(options, iommu) : null;
        _map = new PageMap();
        _pages = new PageAllocator(_map, _owners);
        _usesMagazines = UsesMagazines(options, grows);
        if (options is { Guard: true, Verify: false }) throw new ArgumentException("NonpagedPoolOptions.Guard needs Verify, too: it tells which block was written.", nameof(options));
        _freed = options.Verify ? new FreedBlocks() : null;
        _guarded = options.Guard ? new GuardedBlocks() : null;
        AddRegions(options);
    }

    // Its lists of all size classes take longer to make than the rest of a pool, and many pools have no small blocks. Made under the lock that it is used under.
    private SpanHeap Spans => field ??= new SpanHeap(_owners, AllocateSpan, (start, pages) => FreePages(start, pages));

    /// <summary>The process's own pool, of host memory. Made at the first use; it lives as long as the process.</summary>
    /// <exception cref="AllocationException">The process has no address space for it. A later call tries again.</exception>
    public static NonpagedPool Default
    {
        get
        {
            if (Volatile.Read(ref s_default) is { } pool) return pool;
            lock (s_defaultGate) return s_default ??= Create();
        }
    }

    /// <summary>How the pool was made.</summary>
    public NonpagedPoolOptions Options { get; }

    /// <summary>No other pool of the process has it.</summary>
    internal nint Number { get; } = (nint)Interlocked.Increment(ref s_count);

    /// <summary>A further pool of host memory, which grows by the first rung of the ladder that gives memory.</summary>
    /// <exception cref="AllocationException">One of <see cref="NonpagedPoolOptions.Regions"/> cannot be mapped.</exception>
    public static NonpagedPool Create(NonpagedPoolOptions? options = null) => new(options ?? new NonpagedPoolOptions(), grows: true);

    /// <summary>
    /// A pool of host memory whose physical addresses are those of an IOMMU: whatever frames it is of, any length is contiguous, at or below any limit, as far as the
    /// IOMMU's address space goes. It must be disposed before the address space ends.
    /// </summary>
    public static NonpagedPool Create(IommuAddressSpace iommu, NonpagedPoolOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(iommu);
        return new NonpagedPool(options ?? new NonpagedPoolOptions { Name = iommu.Name }, grows: true, iommu);
    }

    /// <summary>
    /// A pool over memory that a machine hands in: a file, and where its bytes lie in the machine's physical address space. The descriptor stays the
    /// caller's. The pool does not grow.
    /// </summary>
    /// <exception cref="ArgumentException">Pieces are not whole pages of 4096 bytes, or overlap.</exception>
    /// <exception cref="AllocationException">The memory cannot be mapped.</exception>
    public static NonpagedPool Over(SafeFileHandle descriptor, IReadOnlyList<MemoryPiece> layout, NonpagedPoolOptions? options = null)
    {
        options ??= new NonpagedPoolOptions { Name = "machine" };
        var pool = new NonpagedPool(options, grows: false);
        try
        {
            AllocationFailure? failure = null;
            foreach (Extent extent in MachineExtents.Map(descriptor, layout, options.Name))
            {
                if (failure is null) failure = pool.Add(extent);
                else extent.Dispose();
            }

            return failure is null ? pool : throw new AllocationException(failure);
        }
        catch
        {
            pool.Dispose();
            throw;
        }
    }

    /// <summary>Allocates a block, or throws.</summary>
    /// <exception cref="AllocationException">A guarantee cannot be given; the failure says which, why, and what would help.</exception>
    /// <exception cref="ArgumentException">No memory could meet the request: 0 bytes, an alignment that is no power of two, contiguous memory without a pin.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed, before the call or while it ran.</exception>
    public MemoryBlock Allocate(MemoryRequest request) =>
        TryAllocate(request, out MemoryBlock? block, out AllocationFailure? failure) ? block : throw new AllocationException(failure);

    /// <summary>Allocates a block, or says why that is not possible. Never gives less than was asked for.</summary>
    /// <inheritdoc cref="Allocate(MemoryRequest)" path="/exception[@cref='T:System.ArgumentException' or @cref='T:System.ObjectDisposedException']"/>
    public bool TryAllocate(
        MemoryRequest request, [NotNullWhen(true)] out MemoryBlock? block, [NotNullWhen(false)] out AllocationFailure? failure)
    {
        RequestCheck.ThrowIfWrong(request, isFixed: _host is null || _iommu is not null || Options.ForDevices);
        block = null;
        bool isSmall = RequestCheck.IsForHeap(request) && SmallClassOf(request) != 0;
        block = isSmall ? AllocateSmall(request, out failure) : AllocateRun(request, out failure);
        if (block is null && _guarded is not null)
        {
            ReleaseAllKept();
            // Before the block is there: where this throws, nobody would have it.
            TellCorruptions();
            block = isSmall ? AllocateSmall(request, out failure) : AllocateRun(request, out failure);
        }

        if (block is null)
        {
            lock (_gate) failure ??= Shortage(request);
            return false;
        }

        using (Hold())
        {
            if (!isSmall) ClearDirtyPages(block);
            else if (request.Zeroed) NativeMemory.Clear((void*)block.LastStart, request.Length);
        }

        return true;
    }

    /// <summary>The physical address of a byte of an allocated block. Takes no lock and makes no system call.</summary>
    /// <returns>
    /// False for an address outside of any block, where frame numbers may not be read, and for memory that is not pinned, for the kernel may move it.
    /// </returns>
    public bool TryTranslate(void* address, out PhysicalAddress physical)
    {
        bool known = _map.TryTranslate((nuint)address, out ulong value);
        physical = new PhysicalAddress(value);
        return known;
    }

    /// <inheritdoc cref="TryTranslate"/>
    /// <exception cref="ArgumentException">The address is not of an allocated block, or its physical address is not known.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public PhysicalAddress Translate(void* address)
    {
        if (TryTranslate(address, out PhysicalAddress physical)) return physical;
        ThrowIfDisposed();
        throw new ArgumentException($"0x{(nuint)address:x} has no known physical address in the pool \"{Options.Name}\".", nameof(address));
    }
}

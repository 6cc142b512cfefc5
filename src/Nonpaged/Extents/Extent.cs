namespace Nonpaged;

/// <summary>
/// A large piece of memory that a pool obtained: its mapping, its pin, and the physical address of each page as read once, after the pin.
/// </summary>
internal sealed class Extent(nuint start, nuint length, MemoryFile? file, FrameTable frames) : IDisposable
{
    private IDisposable? _pin;
    private ulong[]? _dirty;

    public nuint Start { get; } = start;

    public nuint Length { get; } = length;

    public nuint End => Start + Length;

    public nuint Pages => Length >> Page.Shift;

    /// <summary>The physical address of each page.</summary>
    public FrameTable Frames { get; } = frames;

    /// <summary>The name of the way in which it was obtained.</summary>
    public required string Rung { get; init; }

    /// <summary>How its physical addresses and their contiguity are known.</summary>
    public required string Evidence { get; init; }

    /// <summary>What more can be told of its physical addresses, and takes a while to find out: once, since they do not change.</summary>
    public Lazy<string>? LookBehind { get; init; }

    /// <summary>Memory is physically contiguous within each aligned unit of this many bytes, also where frame numbers cannot be read.</summary>
    public required nuint ContiguousUnit { get; init; }

    /// <summary>The protection of single pages can be changed.</summary>
    public required bool IsProtectable { get; init; }

    /// <summary>What keeps its physical addresses from changing.</summary>
    public required PinKind PinKind { get; init; }

    public bool IsPinned => PinKind != PinKind.None;

    /// <summary>It is there for requests that demand no pin, and for no others.</summary>
    public bool IsLeftUnpinned { get; init; }

    /// <summary>The pin, dropped when the extent is.</summary>
    public IDisposable? Pin { init => _pin = value; }

    /// <summary>Nothing has taken the pin away behind the pool's back.</summary>
    public bool IsPinWhole => _pin is not ExtentPin { IsWhole: false };

    /// <summary>The pin was found to be gone: nothing more is allocated from here.</summary>
    public bool HasLostPin { get; set; }

    /// <summary>Why it is not pinned.</summary>
    public AllocationFailure? PinFailure { get; init; }

    /// <summary>The memory file, where it is the extent's own.</summary>
    public MemoryFile? File { get; } = file;

    /// <summary>What another process may do with it.</summary>
    public Sharing Sharing { get; init; }

    /// <summary>It is there for one block alone, and goes with it.</summary>
    public bool IsOneBlock { get; init; }

    /// <summary>Whoever handed it in may have written to it.</summary>
    public bool MayBeWritten { get; init; }

    /// <summary>It was reserved ahead, so it stays when nobody uses it.</summary>
    public bool IsReserved { get; set; }

    /// <summary>Since when nobody uses it, in milliseconds (<see cref="Environment.TickCount64"/>).</summary>
    public long IdleSince { get; set; }

    /// <summary>How the CPU caches it.</summary>
    public Caching Caching { get; init; } = Caching.Coherent;

    /// <summary>It is of a region that the caller named, and is kept for requests that nothing else can meet.</summary>
    public bool IsRegion { get; init; }

    /// <summary>The NUMA node that all of it lies on; null where none was asked for.</summary>
    public int? Node { get; init; }

    /// <summary>Its place in the owner table of its pool.</summary>
    public int Place { get; set; }

    public nuint UsedPages { get; set; }

    /// <summary>Two neighbouring pages lie in one contiguous unit.</summary>
    public bool IsContiguousWith(nuint page, nuint next) => (page & ~(ContiguousUnit - 1)) == (next & ~(ContiguousUnit - 1));

    /// <summary>These pages are no longer filled with zeros.</summary>
    public void MarkDirty(nuint page, nuint pages)
    {
        _dirty ??= new ulong[(Pages + 63) / 64];
        nuint first = (page - Start) >> Page.Shift;
        for (nuint i = first; i < first + pages; i++) _dirty[i / 64] |= 1UL << (int)(i % 64);
    }

    /// <summary>Some page may have been written to since the kernel handed it in.</summary>
    public bool HasDirtyPages => MayBeWritten || _dirty is not null;

    /// <summary>A page may have been written to since the kernel handed it in.</summary>
    public bool IsDirty(nuint page)
    {
        if (MayBeWritten) return true;
        nuint index = (page - Start) >> Page.Shift;
        return _dirty is not null && (_dirty[index / 64] & (1UL << (int)(index % 64))) != 0;
    }

    /// <summary>As <see cref="Dispose"/>, for the end of a pool: the address range stays reserved without access, for pointers that are still used.</summary>
    public void Retire()
    {
        _pin?.Dispose();
        _pin = null;
        File?.CloseFile();
        AddressSpace.Retire(Start, Length);
        // What a search left of the room, and a mapping of an IOMMU of its start.
        if (File is null) return;
        AddressSpace.Release(File.Start, Start - File.Start);
        AddressSpace.Release(End, File.Start + File.Room - End);
    }

    public void Dispose()
    {
        // The pin outlives munmap until its slot is cleared, so it goes first: then the pages are free when the mapping is.
        _pin?.Dispose();
        _pin = null;
        if (File is not null) File.Dispose();
        else AddressSpace.Release(Start, Length);
    }
}

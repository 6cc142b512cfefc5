namespace Nonpaged;

/// <summary>
/// A large piece of memory that a pool obtained: its mapping, its pin, and the physical address of each page as read once, after
/// the pin. What changes, changes under the <see cref="PageStore"/>'s lock.
/// </summary>
internal sealed class Extent : IDisposable
{
    private IDisposable? _pin;

    /// <param name="start">Its first byte.</param>
    /// <param name="length">In bytes.</param>
    /// <param name="frames">The physical address of each page.</param>
    /// <param name="origin">Whence it is.</param>
    /// <param name="pin">What keeps its physical addresses from changing, dropped when the extent is.</param>
    public Extent(nuint start, nuint length, FrameTable frames, ExtentOrigin origin, IDisposable? pin)
    {
        Start = start;
        Length = length;
        Frames = frames;
        Origin = origin;
        Dirty = new DirtyPages(start, Pages, areAll: origin is ExtentOrigin.Machine or ExtentOrigin.Region);
        _pin = pin;
    }

    public nuint Start { get; }

    public nuint Length { get; }

    public nuint End => Start + Length;

    public nuint Pages => Length >> Page.Shift;

    /// <summary>The physical address of each page.</summary>
    public FrameTable Frames { get; }

    public ExtentOrigin Origin { get; }

    /// <summary>The memory file, where it is the extent's own.</summary>
    public MemoryFile? File { get; init; }

    /// <summary>The name of the way in which it was obtained.</summary>
    public required string Rung { get; init; }

    /// <summary>
    /// How its physical addresses and their contiguity are known. What takes a while to find out is looked up
    /// once, since it does not change.
    /// </summary>
    public required Lazy<string> Evidence { get; init; }

    /// <summary>
    /// Memory is physically contiguous within each aligned unit of this many bytes, also where frame numbers cannot be read.
    /// </summary>
    public required nuint ContiguousUnit { get; init; }

    /// <summary>The protection of single pages can be changed.</summary>
    public required bool IsProtectable { get; init; }

    /// <summary>What keeps its physical addresses from changing.</summary>
    public required PinKind PinKind { get; init; }

    /// <summary>It is there for requests that demand no pin, and for no others.</summary>
    public bool IsLeftUnpinned { get; init; }

    /// <summary>What another process may do with it.</summary>
    public Sharing Sharing { get; init; }

    /// <summary>How the CPU caches it.</summary>
    public Caching Caching { get; init; } = Caching.Coherent;

    /// <summary>The NUMA node that all of it lies on; null where none was asked for.</summary>
    public int? Node { get; init; }

    /// <summary>Its pages that are not filled with zeros any more.</summary>
    public DirtyPages Dirty { get; }

    /// <summary>Its place in the owner table of its pool.</summary>
    public int Place { get; set; }

    public nuint UsedPages { get; set; }

    /// <summary>It was reserved ahead, so it stays when nobody uses it.</summary>
    public bool IsReserved { get; set; }

    /// <summary>It stays with the pool when nobody uses it.</summary>
    public bool IsKept => IsReserved || Origin is ExtentOrigin.Machine or ExtentOrigin.Region;

    /// <summary>Nobody uses it, so that it may go back to the kernel.</summary>
    public bool IsIdle => UsedPages == 0 && !IsKept;

    /// <summary>Since when nobody uses it, in milliseconds (<see cref="Environment.TickCount64"/>).</summary>
    public long IdleSince { get; set; }

    public bool IsPinned => PinKind != PinKind.None;

    /// <summary>Nothing has taken the pin away behind the pool's back.</summary>
    public bool IsPinWhole => _pin is not ExtentPin { IsWhole: false };

    /// <summary>The pin was found to be gone: nothing more is allocated from here.</summary>
    public bool HasLostPin { get; set; }

    /// <summary>Two neighbouring pages lie in one contiguous unit.</summary>
    public bool IsContiguousWith(nuint page, nuint next) => (page & ~(ContiguousUnit - 1)) == (next & ~(ContiguousUnit - 1));

    /// <summary>
    /// As <see cref="Dispose"/>, for the end of a pool: the address range stays reserved without access,
    /// for pointers that are still used.
    /// </summary>
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

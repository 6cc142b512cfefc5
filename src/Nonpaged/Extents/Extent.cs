using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// A large piece of memory that a pool obtained: its mapping, its pin, and the physical address of each page as read once, after the pin.
/// </summary>
internal sealed unsafe class Extent(nuint start, nuint length, SafeFileHandle descriptor, ulong[] frames) : IDisposable
{
    private Pin? _pin;

    public nuint Start { get; } = start;

    public nuint Length { get; } = length;

    public nuint End => Start + Length;

    public nuint Pages => Length >> Page.Shift;

    /// <summary>The physical address of each page, or <see cref="PageEntry.Unknown"/>.</summary>
    public ulong[] Frames { get; } = frames;

    /// <summary>The name of the way in which it was obtained.</summary>
    public required string Rung { get; init; }

    /// <summary>How its physical addresses and their contiguity are known.</summary>
    public required string Evidence { get; init; }

    /// <summary>Memory is physically contiguous within each aligned unit of this many bytes, also where frame numbers cannot be read.</summary>
    public required nuint ContiguousUnit { get; init; }

    /// <summary>The protection of single pages can be changed.</summary>
    public required bool IsProtectable { get; init; }

    /// <summary>Its physical addresses cannot change: by a pin, or by construction.</summary>
    public required bool IsPinned { get; init; }

    /// <summary>The pin, dropped when the extent is.</summary>
    public Pin? Pin { init => _pin = value; }

    /// <summary>Why it is not pinned.</summary>
    public AllocationFailure? PinFailure { get; init; }

    /// <summary>Its place in the owner table of its pool.</summary>
    public int Place { get; set; }

    public nuint UsedPages { get; set; }

    /// <summary>Two neighbouring pages lie in one contiguous unit.</summary>
    public bool IsContiguousWith(nuint page, nuint next) => (page & ~(ContiguousUnit - 1)) == (next & ~(ContiguousUnit - 1));

    public void Dispose()
    {
        // The pin outlives munmap until its slot is cleared, so it goes first: then the pages are free when the mapping is.
        _pin?.Dispose();
        _pin = null;
        LibC.UnmapMemory((void*)Start, Length);
        descriptor.Dispose();
    }
}

namespace Nonpaged;

/// <summary>What the page map knows of one page.</summary>
internal struct PageEntry
{
    /// <summary><see cref="Physical"/> where the kernel does not tell.</summary>
    public const ulong Unknown = ulong.MaxValue;

    /// <summary>The physical address of its first byte. A unit of 2 MiB that one owner has is one entry.</summary>
    public ulong Physical;

    /// <summary>The owner's place in the owner table; 0 for a page inside a free range, negative at both ends of one.</summary>
    public int Owner;

    /// <summary>The extent's place in the owner table; 0 for a page that is not the pool's.</summary>
    public int Extent;
}

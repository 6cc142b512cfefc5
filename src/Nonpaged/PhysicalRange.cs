namespace Nonpaged;

/// <summary>One physically contiguous piece of memory.</summary>
/// <param name="Start">
/// Where it starts, or null where it is known to be contiguous but the kernel does not let this process read frame
/// numbers (that needs CAP_SYS_ADMIN; Documentation/admin-guide/mm/pagemap.rst).
/// </param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct PhysicalRange(PhysicalAddress? Start, ulong Length)
{
    /// <summary>The address of its last byte, or null where <see cref="Start"/> is.</summary>
    public PhysicalAddress? Last => Start is { } start && Length > 0 ? start + (Length - 1) : null;

    /// <inheritdoc/>
    public override string ToString() => Start is null ? $"unknown, {Length} bytes" : $"{Start}..{Last}";
}

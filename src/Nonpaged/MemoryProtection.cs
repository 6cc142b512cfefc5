namespace Nonpaged;

/// <summary>What a program may do with pages. Devices are not bound by it.</summary>
public enum MemoryProtection
{
    /// <summary>Neither read nor write: an access faults.</summary>
    None,

    /// <summary>Read only.</summary>
    ReadOnly,

    /// <summary>Read and write.</summary>
    ReadWrite,
}

namespace Nonpaged;

/// <summary>What another process may do with memory that is exported to it.</summary>
public enum Sharing
{
    /// <summary>It is not exported.</summary>
    None,

    /// <summary>
    /// Another process may map it for reading. The kernel refuses every further writable mapping (F_SEAL_FUTURE_WRITE, fcntl(2)).
    /// </summary>
    ReadOnly,

    /// <summary>
    /// Another process may map it for reading and writing, and may even punch holes into it: it must be trusted.
    /// </summary>
    ReadWrite,
}

namespace Nonpaged;

/// <summary>Whence an extent is, and for whom.</summary>
internal enum ExtentOrigin
{
    /// <summary>Of the host, for any request that it meets.</summary>
    Host,

    /// <summary>
    /// Of the host, with a memory file that goes to another process: for one block, or group, alone, and goes with it.
    /// </summary>
    HostForOne,

    /// <summary>Given by a machine, which may have written to it.</summary>
    Machine,

    /// <summary>
    /// A region that the caller named, which somebody may have written to: kept for requests that nothing else can meet.
    /// </summary>
    Region,
}

namespace Nonpaged;

/// <summary>A stretch of a file.</summary>
/// <param name="Offset">Where it starts, in bytes.</param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct FileRange(ulong Offset, ulong Length);

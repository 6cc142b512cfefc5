namespace Nonpaged.Bench;

/// <summary>
/// Ours: compiled ahead of time with checks (or a C program over the library that is), at run time with checks, and ahead of
/// time without.
/// </summary>
internal sealed record HeapOurs(double? Aot, double? Jit, double? Unchecked);

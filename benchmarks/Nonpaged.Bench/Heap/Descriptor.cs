namespace Nonpaged.Bench;

/// <summary>What network cards have in some form: where the buffer is, how long, and whose.</summary>
internal readonly record struct Descriptor<TBlock>(TBlock Block, uint Length, uint Flags);

namespace Nonpaged.Cli;

/// <summary>What an attack did to memory, in pages of 4 KiB. Moved is null where frame numbers may not be read.</summary>
internal readonly record struct Damage(ulong? Moved, ulong Changed);

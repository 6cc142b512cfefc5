namespace Nonpaged;

/// <summary>
/// One piece of memory that a machine hands to a pool. The pieces of a layout follow each other in virtual memory; what
/// the layout leaves out (holes of the machine's address space) is never touched.
/// </summary>
/// <param name="Offset">Where it starts in the descriptor's file, in bytes; a multiple of the page size.</param>
/// <param name="Length">Its length in bytes; a multiple of the page size.</param>
/// <param name="Start">The physical address of its first byte; a multiple of the page size.</param>
public readonly record struct MemoryPiece(ulong Offset, ulong Length, PhysicalAddress Start);

namespace Nonpaged.Bench;

/// <summary>
/// What <c>bench iova --json</c> prints. Times are those of a guest under software emulation: what counts is the ratios.
/// </summary>
internal sealed record IovaResults(MachineFacts Machine, string Guest, IReadOnlyList<IovaRow> Rows, IovaTranslate Translate);

/// <summary>
/// An extent of a size mapped and unmapped, in microseconds: the medians of processes, where each gives its least of both
/// sides; and the median of their ratios.
/// </summary>
internal sealed record IovaRow(string Rung, ulong Size, IovaTimes Ours, IovaTimes C, IovaTimes Ratios);

/// <summary>A mapping and an unmapping.</summary>
internal sealed record IovaTimes(double Map, double Unmap);

/// <summary>
/// One translation in a pool behind the IOMMU, and in one of the host's memory, in the same guest, in nanoseconds.
/// </summary>
internal sealed record IovaTranslate(double Iommu, double Host, double Ratio);

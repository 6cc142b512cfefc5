namespace Nonpaged.Cli;

/// <summary>A physical range, as JSON. The start is null where frame numbers may not be read.</summary>
internal sealed record PhysicalRangeDocument(string? Start, ulong Length)
{
    public static PhysicalRangeDocument From(PhysicalRange range) => new(range.Start?.ToString(), range.Length);
}

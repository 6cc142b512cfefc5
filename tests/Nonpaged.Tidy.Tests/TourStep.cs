namespace Nonpaged.Tidy.Tests;

/// <summary>A step of docs/tour.md: what follows a heading with a number.</summary>
internal sealed record TourStep(int Number, IReadOnlyList<TourBlock> Blocks);

namespace Nonpaged.Tidy.Tests;

/// <summary>The tour's projects refer to those of this repository, whose files the tests of packages pack.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TourCollection
{
    public const string Name = "tour";
}

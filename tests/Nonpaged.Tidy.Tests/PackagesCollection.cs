namespace Nonpaged.Tidy.Tests;

/// <summary>Tests of packages share one packing: two at once would write to the same files.</summary>
[CollectionDefinition(Name)]
public sealed class PackagesCollection : ICollectionFixture<PackedPackages>
{
    public const string Name = "packages";
}

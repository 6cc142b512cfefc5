namespace Nonpaged.Tidy.Tests;

/// <summary>The packages that dotnet pack makes.</summary>
[Collection(PackagesCollection.Name)]
public sealed class PackageTests(PackedPackages packed)
{
    // Nonpaged.Tool is a tool: all that it needs is in it.
    [Fact]
    public void Packing_gives_these_packages_and_no_warning()
    {
        Assert.True(packed.ExitCode == 0, packed.Output);
        Assert.DoesNotContain("warning", packed.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(
            [
                "Nonpaged", "Nonpaged.Drivers", "Nonpaged.Hosting", "Nonpaged.Machines", "Nonpaged.Ndis", "Nonpaged.Protocols",
                "Nonpaged.Tool", "Nonpaged.Verify", "Nonpaged.Xdp",
            ],
            packed.All.Select(package => package.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_package_of_the_memory_has_the_system_calls_in_it_and_needs_no_other()
    {
        Package memory = Find("Nonpaged");
        Assert.Equal(["lib/net10.0/Nonpaged.Interop.dll", "lib/net10.0/Nonpaged.dll"], memory.Assemblies);
        Assert.Empty(memory.Dependencies);
    }

    // They see each other's internals, which may change with every version.
    [Theory]
    [InlineData("Nonpaged.Hosting", "Nonpaged")]
    [InlineData("Nonpaged.Machines", "Nonpaged")]
    [InlineData("Nonpaged.Ndis", "Nonpaged", "Nonpaged.Machines")]
    [InlineData("Nonpaged.Drivers", "Nonpaged.Ndis")]
    [InlineData("Nonpaged.Protocols", "Nonpaged.Ndis")]
    [InlineData("Nonpaged.Verify", "Nonpaged.Ndis", "Nonpaged.Protocols")]
    [InlineData("Nonpaged.Xdp", "Nonpaged")]
    public void A_package_needs_exactly_the_versions_of_ours_that_it_was_built_with(string id, params string[] needs)
    {
        Package package = Find(id);
        Assert.Equal([$"lib/net10.0/{id}.dll"], package.Assemblies);
        Assert.Equal(
            needs.Select(need => $"{need} [{package.Version}]"),
            package.Needs.Where(need => need.StartsWith("Nonpaged", StringComparison.Ordinal)));
    }

    [Fact]
    public void Only_these_need_a_package_of_others() => Assert.Equal(
        [
            "Nonpaged.Hosting needs Microsoft.Extensions.DependencyInjection.Abstractions",
            "Nonpaged.Hosting needs Microsoft.Extensions.Hosting.Abstractions",
            "Nonpaged.Hosting needs Microsoft.Extensions.Logging.Abstractions",
            "Nonpaged.Protocols needs PacketDotNet",
            "Nonpaged.Verify needs PacketDotNet",
        ],
        from package in packed.All
        from need in package.Dependencies.Keys
        where !need.StartsWith("Nonpaged", StringComparison.Ordinal)
        orderby package.Id, need
        select $"{package.Id} needs {need}");

    [Fact]
    public void Each_package_says_what_it_is_and_has_its_symbols_in_it() => Assert.All(packed.All, package =>
    {
        Assert.Equal(("README.md", "icon.png", "MIT"), (package.Readme, package.Icon, package.License));
        Assert.True(package.Description.Length > 40, $"{package.Id}: {package.Description}");
        Assert.Contains("ndis", package.Tags, StringComparison.Ordinal);
        Assert.Contains("CHANGELOG.md", package.Files);
        Assert.DoesNotContain(package.Files, file => file.EndsWith(".pdb", StringComparison.Ordinal));
        Assert.All(
            package.Assemblies.Where(file => Path.GetFileName(file).StartsWith("Nonpaged", StringComparison.Ordinal)),
            file => Assert.True(package.WithSymbols.Contains(file), $"{package.Id}: {file} has no symbols in it."));
    });

    [Theory]
    [InlineData("Nonpaged", "T:Nonpaged.MemoryBlock", "T:Nonpaged.Depot")]
    [InlineData("Nonpaged", "M:Nonpaged.NonpagedPool.Alloc(System.UIntPtr)", "M:Nonpaged.NonpagedPool.HasUnrecorded")]
    [InlineData("Nonpaged.Ndis", "T:Nonpaged.Ndis.NdisLibrary", "T:Nonpaged.Ndis.NdisThread")]
    [InlineData("Nonpaged.Hosting", "T:Nonpaged.Hosting.NonpagedPoolBuilder", "T:Nonpaged.Hosting.PoolLog")]
    [InlineData(
        "Nonpaged.Hosting", "T:Microsoft.Extensions.DependencyInjection.NonpagedServiceCollectionExtensions",
        "M:Microsoft.Extensions.DependencyInjection.NonpagedServiceCollectionExtensions.WithoutServices")]
    public void A_package_documents_what_its_users_can_call_and_nothing_else(string id, string @public, string @internal)
    {
        Package package = Find(id);
        Assert.Contains($"<member name=\"{@public}\">", package.Documentation, StringComparison.Ordinal);
        Assert.DoesNotContain(@internal, package.Documentation, StringComparison.Ordinal);
    }

    private Package Find(string id) => packed.All.FirstOrDefault(package => package.Id == id)
        ?? throw new InvalidOperationException($"There is no package {id}: {packed.Output}");
}

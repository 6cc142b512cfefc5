using System.Reflection;

namespace Nonpaged.Tidy.Tests;

/// <summary>The public API of each package is a file: a change of it shows in review.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("Nonpaged")]
    [InlineData("Nonpaged.Hosting")]
    [InlineData("Nonpaged.Machines")]
    [InlineData("Nonpaged.Ndis")]
    [InlineData("Nonpaged.Drivers")]
    [InlineData("Nonpaged.Protocols")]
    [InlineData("Nonpaged.Verify")]
    [InlineData("Nonpaged.Xdp")]
    public void The_public_API_is_the_one_that_is_listed(string package)
    {
        string list = Path.Combine(Repository.Kept, "api", package + ".txt");
        string[] found = [.. PublicApi.Of(Assembly.Load(package))];
        if (Repository.Updates)
        {
            File.WriteAllLines(list, found);
            return;
        }

        string[] listed = File.ReadAllLines(list);
        IEnumerable<string> changes = listed.Except(found)
            .Select(line => $"- {line}")
            .Concat(found.Except(listed).Select(line => $"+ {line}"));
        Assert.Empty(changes);
    }
}

using System.Text.RegularExpressions;

namespace Nonpaged.Ndis.Tests;

public sealed partial class ContractDocumentTests
{
    [Fact]
    public void Each_clause_names_a_test_and_each_named_test_exists()
    {
        string root = RepositoryRoot();
        string document = File.ReadAllText(Path.Combine(root, "docs", "contract.md"));
        for (int clause = 1; clause <= 18; clause++)
        {
            string row = Assert.Single(document.Split('\n'), line => line.StartsWith($"| C{clause} |", StringComparison.Ordinal));
            Assert.Matches(NamedTest(), row);
        }

        HashSet<string> tests = [.. Directory.EnumerateFiles(Path.Combine(root, "tests"), "*Tests.cs", SearchOption.AllDirectories).SelectMany(TestsIn)];
        string[] named = [.. NamedTest().Matches(document).Select(match => match.Groups[1].Value)];
        Assert.All(named, name => Assert.Contains(name, tests));
    }

    private static IEnumerable<string> TestsIn(string file) =>
        TestMethod().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups[1].Value}");

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Nonpaged.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run within the repository.");
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"\[(?:Fact|Theory)[^\n]*\]\s*\n(?:\s*\[[^\n]*\]\s*\n)*\s*public (?:async Task|void) (\w+)\(")]
    private static partial Regex TestMethod();
}

using System.Text.RegularExpressions;

namespace Nonpaged.Ndis.Tests;

/// <summary>The documents name the tests that prove what they say.</summary>
public sealed partial class DocumentTests
{
    private static readonly string s_root = RepositoryRoot();

    public static TheoryData<string> Documents() =>
        [.. Directory.EnumerateFiles(Path.Combine(s_root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(s_root, "README.md"))
            .Select(file => Path.GetRelativePath(s_root, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Each_test_that_a_document_names_exists(string document)
    {
        HashSet<string> tests = [.. Directory.EnumerateFiles(Path.Combine(
            s_root, "tests"), "*Tests.cs", SearchOption.AllDirectories).SelectMany(TestsIn)];
        Assert.Empty(NamedTest().Matches(Read(document)).Select(match => match.Groups[1].Value).Except(tests));
    }

    [Fact]
    public void Each_clause_of_the_contract_names_a_test()
    {
        string[] lines = Read("docs/contract.md").Split('\n');
        for (int clause = 1; clause <= 18; clause++)
        {
            Assert.Matches(
                NamedTest(), Assert.Single(lines, line => line.StartsWith($"| C{clause} |", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Each_guarantee_has_a_section_that_tells_what_backs_it_how_to_see_it_and_names_a_test()
    {
        string[] sections = Read("docs/guarantees.md").Split("\n## ");
        string[] guarantees = [.. Guarantee().Matches(sections[0]).Select(match => match.Groups[1].Value)];
        Assert.Equal(9, guarantees.Length);
        Assert.Equal(guarantees, sections[1..].Select(section => section.Split('\n')[0].ToLowerInvariant()));
        Assert.All(sections[1..], section =>
        {
            foreach (string part in new[] { "- **Backed by**", "- **See it**", "- **Proved by**" })
                Assert.Contains(part, section, StringComparison.Ordinal);
            Assert.Matches(NamedTest(), section);
        });
    }

    private static string Read(string document) => File.ReadAllText(Path.Combine(s_root, document));

    private static IEnumerable<string> TestsIn(string file) =>
        TestMethod()
            .Matches(File.ReadAllText(file))
            .Select(match => $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups[1].Value}");

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Nonpaged.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run within the repository.");
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"^\| ([a-z ]+) \|(?!.*told by)", RegexOptions.Multiline)]
    private static partial Regex Guarantee();

    [GeneratedRegex(@"\[(?:Fact|Theory)[^\n]*\]\s*\n(?:\s*\[[^\n]*\]\s*\n)*\s*public (?:async Task|(?:unsafe )?void) (\w+)\(")]
    private static partial Regex TestMethod();
}

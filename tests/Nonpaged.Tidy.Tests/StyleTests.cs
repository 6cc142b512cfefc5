namespace Nonpaged.Tidy.Tests;

/// <summary>What every source file keeps to.</summary>
public sealed class StyleTests
{
    private const int LongestLine = 130;
    private const int LongestFile = 400;

    private static readonly string[] s_code = ["src", "tests", "benchmarks", "samples"];

    [Fact]
    public void A_line_has_130_columns_at_most() => Assert.Empty(
        from file in Repository.Files("*.cs", s_code)
        from line in Repository.Lines(file).Index()
        where line.Item.Length > LongestLine
        select $"{file}({line.Index + 1}): {line.Item.Length} columns, {LongestLine} allowed (.editorconfig)");

    [Fact]
    public void A_file_of_code_can_be_read_at_a_sitting() => Assert.Empty(
        Repository.Files("*.cs", s_code)
            .Select(file => (File: file, Lines: Repository.Lines(file).Length))
            .Where(one => one.Lines > LongestFile)
            .Select(one => $"{one.File}: {one.Lines} lines, {LongestFile} allowed"));

    [Fact]
    public void No_file_has_a_phrase_that_plain_words_avoid()
    {
        string[] phrases =
            [.. File.ReadAllLines(Path.Combine(Repository.Kept, "phrases.txt")).Where(line => line.Length > 0 && line[0] != '#')];
        Assert.NotEmpty(phrases);
        // The reference is made of comments, which are looked at where they are.
        IEnumerable<string> files = Repository.Files("*.cs", "src", "benchmarks", "samples")
            .Concat(Repository.Files("*.md", "docs", "src", "samples", "benchmarks").Where(file => !IsReference(file)))
            .Concat(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]);
        Assert.Empty(
            from file in files
            from line in Repository.Lines(file).Index()
            from phrase in phrases
            where line.Item.Contains(phrase, StringComparison.OrdinalIgnoreCase)
            select $"{file}({line.Index + 1}): \"{phrase}\" (phrases.txt)");
    }

    private static bool IsReference(string file) => file.StartsWith("docs/api/", StringComparison.Ordinal);
}

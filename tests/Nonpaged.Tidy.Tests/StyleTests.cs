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
    public void No_file_gets_more_phrases_that_plain_words_avoid()
    {
        string[] phrases =
            [.. File.ReadAllLines(Path.Combine(Repository.Kept, "phrases.txt")).Where(line => line.Length > 0 && line[0] != '#')];
        Assert.NotEmpty(phrases);
        // The reference is made of comments, which are looked at where they are.
        IEnumerable<string> files = Repository.Files("*.cs", "src", "benchmarks")
            .Concat(Repository.Files("*.md", "docs").Where(file => !file.StartsWith("docs/api/", StringComparison.Ordinal)))
            .Append("README.md").Append("CHANGELOG.md");
        new Ratchet("phrases-found.txt").Check(files.Select(file => (file, Count(file, phrases))), "phrases of phrases.txt");
    }

    private static int Count(string file, string[] phrases)
    {
        string text = string.Join('\n', Repository.Lines(file));
        return phrases.Sum(phrase => Occurrences(text, phrase));
    }

    private static int Occurrences(string text, string phrase)
    {
        int count = 0;
        for (int at = 0; (at = text.IndexOf(phrase, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += phrase.Length) count++;
        return count;
    }
}

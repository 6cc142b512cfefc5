using System.Text.RegularExpressions;

namespace Nonpaged.Tidy.Tests;

/// <summary>The documents as a reader meets them.</summary>
public sealed partial class DocumentTests
{
    private const int LongestSentence = 35;
    private const int LongestReadme = 180;

    private static readonly string[] s_folders = ["docs", "src", "samples", "benchmarks"];

    private static IEnumerable<string> Documents =>
        Repository.Files("*.md", s_folders).Concat(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]);

    [Fact]
    public void No_sentence_of_the_README_has_more_than_35_words() => Assert.Empty(
        Sentences(Text("README.md")).Where(sentence => Words(sentence) > LongestSentence)
            .Select(sentence => $"{Words(sentence)} words: {sentence}"));

    [Fact]
    public void The_README_is_read_in_a_few_minutes() =>
        Assert.InRange(Repository.Lines("README.md").Length, 1, LongestReadme);

    [Fact]
    public void A_link_of_a_document_leads_to_a_file_and_to_a_heading_that_are_there()
    {
        int links = 0;
        var wrong = new List<string>();
        foreach (string document in Documents)
        {
            foreach (Match link in Link().Matches(WithoutCode(Text(document))))
            {
                // A page may be written with \_ in its links, as DocFX does (CommonMark, section 2.4).
                string target = link.Groups[1].Value.Replace("\\", "", StringComparison.Ordinal);
                if (target.Contains("://", StringComparison.Ordinal) || target.Contains("/actions/", StringComparison.Ordinal))
                    continue;
                links++;
                if (!Leads(document, target)) wrong.Add($"{document}: {target}");
            }
        }

        Assert.Empty(wrong);
        Assert.True(links > 100, $"only {links} links were found");
    }

    [Fact]
    public void Each_page_of_docs_is_in_the_index()
    {
        string index = Text("docs/README.md");
        string[] missing =
        [
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(file => Path.GetFileName(file))
                .Where(file => file != "README.md" && !index.Contains($"({file}", StringComparison.Ordinal)),
        ];
        Assert.Empty(missing);
    }

    private static string Text(string document) => File.ReadAllText(Path.Combine(Repository.Root, document));

    private static bool Leads(string document, string target)
    {
        string[] parts = target.Split('#', 2);
        string folder = Path.GetDirectoryName(document)!;
        string path = parts[0].Length == 0 ? document : Path.Combine(folder, parts[0]);
        string whole = Path.Combine(Repository.Root, path);
        if (parts.Length == 1) return Path.Exists(whole);
        return File.Exists(whole) && Headings(File.ReadAllText(whole)).Contains(parts[1]);
    }

    // As the hosts of repositories make anchors of headings: lower case, spaces as hyphens, no other signs.
    private static HashSet<string> Headings(string text) =>
    [
        .. Heading().Matches(WithoutCode(text))
            .Select(one => NoSign().Replace(one.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-')),
        .. Anchor().Matches(text).Select(one => one.Groups[1].Value),
    ];

    /// <summary>Paragraphs, items of lists and cells of tables end a sentence, too.</summary>
    private static IEnumerable<string> Sentences(string text)
    {
        string prose = Comment().Replace(WithoutCode(text), "");
        prose = Link().Replace(prose, "");
        return SentenceEnd().Split(prose).Select(one => one.Trim()).Where(one => one.Length > 0);
    }

    private static int Words(string sentence) => Word().Count(sentence);

    private static string WithoutCode(string text) => Code().Replace(text, "");

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"<a (?:id|name)=""([^""]+)""")]
    private static partial Regex Anchor();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoSign();

    [GeneratedRegex(@"[.!?](?=\s|$)|\n\s*\n|\n\s*[-*] |\n\d+\. |\n#+ |\|")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"[^\s]*\w[^\s]*")]
    private static partial Regex Word();
}

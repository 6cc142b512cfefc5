namespace Nonpaged.Cli;

/// <summary>
/// Lines of a driver's source. Comments, texts and words of the language are set apart, since a few lines torn out of a file
/// are read faster so; what the scan does not understand stays plain.
/// </summary>
internal static class HtmlCode
{
    private const int Around = 4;

    private static readonly HashSet<string> s_words =
    [
        "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float", "for",
        "goto", "if", "inline", "int", "long", "register", "return", "short", "signed", "sizeof", "static", "struct", "switch",
        "typedef", "union", "unsigned", "void", "volatile", "while", "NULL", "TRUE", "FALSE",
        "bool", "byte", "class", "false", "fixed", "foreach", "in", "internal", "is", "new", "null", "out", "private", "public",
        "readonly", "ref", "string", "this", "true", "uint", "ulong", "unsafe", "ushort", "using", "var",
    ];

    /// <summary>The lines around a place, with their numbers; that one marked.</summary>
    public static void AddExcerpt(HtmlWriter page, string file, string[] lines, int line)
    {
        int first = Math.Max(1, line - Around);
        int last = Math.Min(lines.Length, line + Around);
        int indent = CommonIndent(lines.AsSpan(first - 1, last - first + 1));
        bool inComment = InCommentAt(lines, first);
        page.Add($"""
            <figure class="source"><figcaption>{file}</figcaption>
            <pre tabindex="0" role="region" aria-label="Source, line {line} of {HtmlText.FileName(file)}"><code>
            """);
        for (int number = first; number <= last; number++)
        {
            string text = lines[number - 1];
            text = text.Length >= indent ? text[indent..] : "";
            if (number == line) page.Add($"<mark class=\"line\"><span class=\"no\"><b>›</b>{number}</span>");
            else page.Add($"<span class=\"line\"><span class=\"no\">{number}</span>");
            AddLine(page, text, ref inComment);
            page.Add($"\n");
            page.AddOwn(number == line ? "</mark>" : "</span>");
        }

        page.Add($"</code></pre></figure>\n");
    }

    /// <summary>One line, as where a block was allocated.</summary>
    public static void AddOne(HtmlWriter page, string[] lines, int line)
    {
        bool inComment = InCommentAt(lines, line);
        page.Add($"<pre class=\"one\"><code><span class=\"no\">{line}</span>");
        AddLine(page, lines[line - 1].Trim(), ref inComment);
        page.Add($"</code></pre>");
    }

    private static int CommonIndent(ReadOnlySpan<string> lines)
    {
        int common = int.MaxValue;
        string? pattern = null;
        foreach (string line in lines)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            int indent = 0;
            while (char.IsWhiteSpace(line[indent])
                && (pattern is null || indent < pattern.Length && pattern[indent] == line[indent]))
            {
                indent++;
            }

            pattern ??= line[..indent];
            common = Math.Min(common, indent);
        }

        return common == int.MaxValue ? 0 : common;
    }

    private static bool InCommentAt(string[] lines, int line)
    {
        bool inComment = false;
        for (int number = 1; number < line; number++) AddLine(null, lines[number - 1], ref inComment);
        return inComment;
    }

    // Without a page it only follows comments, from the file's start to the line that is shown.
    private static void AddLine(HtmlWriter? page, string text, ref bool inComment)
    {
        int at = 0;
        while (at < text.Length)
        {
            (int length, string kind) = NextPart(text, at, ref inComment);
            string part = text.Substring(at, length);
            if (kind.Length > 0) page?.Add($"<span class=\"{kind}\">{part}</span>");
            else page?.Add($"{part}");
            at += length;
        }
    }

    private static (int Length, string Kind) NextPart(string text, int at, ref bool inComment)
    {
        if (inComment || At(text, at, "/*"))
        {
            int end = text.IndexOf("*/", inComment ? at : at + 2, StringComparison.Ordinal);
            inComment = end < 0;
            return ((end < 0 ? text.Length : end + 2) - at, "c");
        }

        if (At(text, at, "//")) return (text.Length - at, "c");
        char letter = text[at];
        if (letter is '"' or '\'') return (EndOfText(text, at) - at, "s");
        if (letter == '#' && text.AsSpan(0, at).IsWhiteSpace()) return (EndOf(text, at + 1, char.IsAsciiLetter) - at, "k");
        if (!IsWordLetter(letter)) return (1, "");
        int length = EndOf(text, at, IsWordLetter) - at;
        return (length, s_words.Contains(text.Substring(at, length)) ? "k" : char.IsAsciiDigit(letter) ? "n" : "");
    }

    private static bool At(string text, int at, string what) => string.CompareOrdinal(text, at, what, 0, what.Length) == 0;

    private static bool IsWordLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    private static int EndOf(string text, int at, Func<char, bool> belongs)
    {
        while (at < text.Length && belongs(text[at])) at++;
        return at;
    }

    private static int EndOfText(string text, int at)
    {
        char quote = text[at++];
        while (at < text.Length && text[at] != quote) at += text[at] == '\\' ? 2 : 1;
        return Math.Min(text.Length, at + 1);
    }
}

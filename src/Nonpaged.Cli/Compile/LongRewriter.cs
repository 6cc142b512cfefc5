using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>
/// Gives <c>long</c> the 32 bits that it has on Windows, in preprocessed C: the keyword becomes <c>int</c> and constants lose their L, in what comes from the
/// driver's own files. <c>long long</c> stays, and so do the headers of the system and of NDIS, whose <c>long</c> is the one that they are built with.
/// </summary>
internal static class LongRewriter
{
    private static readonly HashSet<string> s_specifiers = new(StringComparer.Ordinal)
    {
        "long", "int", "double", "unsigned", "signed", "__signed", "__signed__", "const", "__const", "volatile", "__volatile__", "static", "extern", "typedef",
        "register", "auto", "inline", "__inline", "__inline__", "__extension__",
    };

    /// <param name="source">What the preprocessor wrote, with its line markers.</param>
    /// <param name="isForeign">Whether a file, by its name in a marker, is not the driver's.</param>
    public static string Rewrite(string source, Func<string, bool> isForeign)
    {
        var edits = new SourceEdits(source);
        List<CToken> tokens = CLexer.Read(source);
        var run = new List<CToken>();
        bool isForeignNow = false;
        bool startsLine = true;
        for (int index = 0; index < tokens.Count; index++)
        {
            CToken token = tokens[index];
            if (startsLine && token.Is(source, "#"))
            {
                int end = index;
                while (end < tokens.Count && tokens[end].Kind != CTokenKind.Newline) end++;
                string line = source[token.Start..(end < tokens.Count ? tokens[end].Start : source.Length)];
                if (Marker(line) is { } marker) isForeignNow = marker.IsSystem || isForeign(marker.File);
                index = end - 1;
                startsLine = false;
                continue;
            }

            if (token.Kind == CTokenKind.Newline) startsLine = true;
            if (!token.IsWord) continue;
            startsLine = false;
            if (!isForeignNow && token.Kind == CTokenKind.Identifier && s_specifiers.Contains(token.In(source).ToString()))
            {
                run.Add(token);
                continue;
            }

            End(edits, run);
            if (!isForeignNow && token.Kind == CTokenKind.Number && NumberSuffix.WithoutLong(token.In(source)) is { } number) edits.Replace(token, number);
        }

        End(edits, run);
        return edits.ToString();
    }

    /// <summary>The token that says long once in a list of specifiers, which has 64 bits here and 32 on Windows; null where there is none.</summary>
    public static CToken? OnlyLong(string source, List<CToken> run)
    {
        CToken? found = null;
        foreach (CToken token in run)
        {
            if (!token.Is(source, "long")) continue;
            if (found is not null) return null;
            found = token;
        }

        return found;
    }

    public static bool IsSpecifier(string source, CToken token) => s_specifiers.Contains(token.In(source).ToString());

    private static void End(SourceEdits edits, List<CToken> run)
    {
        if (OnlyLong(edits.Source, run) is { } token)
        {
            bool isNamed = run.Any(other => other.Is(edits.Source, "int") || other.Is(edits.Source, "double"));
            edits.Replace(token, isNamed ? "" : "int");
        }

        run.Clear();
    }

    // # 12 "file" 1 3: the 3 says that it is a system's header.
    private static (string File, bool IsSystem)? Marker(string line)
    {
        int quote = line.IndexOf('"', StringComparison.Ordinal);
        int end = line.LastIndexOf('"');
        if (quote < 0 || end <= quote || !int.TryParse(line.AsSpan(1, quote - 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out _)) return null;
        string file = line[(quote + 1)..end].Replace("\\\\", "\\", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal);
        return (file, line[(end + 1)..].Split(' ').Contains("3"));
    }
}

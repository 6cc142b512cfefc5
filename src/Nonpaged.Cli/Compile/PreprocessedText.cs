using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>
/// What only preprocessed C shows. <c>long</c> gets the 32 bits that it has on Windows: the keyword becomes <c>int</c>
/// and constants lose their L, in what comes from the driver's own files.
/// <c>long long</c> stays, and so do the headers of the system and of NDIS, whose <c>long</c> is the one that they are
/// built with. <c>__FUNCTION__</c> beside a string becomes one.
/// </summary>
internal sealed class PreprocessedText
{
    private readonly SourceEdits _edits;
    private readonly List<CToken> _words = [];
    private readonly HashSet<int> _foreign = [];
    private readonly Func<string, bool> _isForeign;

    private PreprocessedText(string source, Func<string, bool> isForeign)
    {
        _edits = new SourceEdits(source);
        _isForeign = isForeign;
    }

    private string Source => _edits.Source;

    /// <param name="source">What the preprocessor wrote, with its line markers.</param>
    /// <param name="isForeign">Whether a file, by its name in a marker, is not the driver's.</param>
    /// <param name="isWindowsModel">Whether long gets 32 bits.</param>
    public static string Rewrite(string source, Func<string, bool> isForeign, bool isWindowsModel)
    {
        var text = new PreprocessedText(source, isForeign);
        text.Read();
        text.Rewrite(isWindowsModel);
        return text._edits.ToString();
    }

    private void Read()
    {
        List<CToken> tokens = CLexer.Read(Source);
        bool isForeign = false, startsLine = true;
        for (int index = 0; index < tokens.Count; index++)
        {
            CToken token = tokens[index];
            if (startsLine && token.Is(Source, "#"))
            {
                int end = index;
                while (end < tokens.Count && tokens[end].Kind != CTokenKind.Newline) end++;
                string line = Source[token.Start..tokens[end - 1].End];
                if (Marker(line) is { } marker) isForeign = marker.IsSystem || _isForeign(marker.File);
                index = end - 1;
            }
            else if (token.IsWord)
            {
                if (isForeign) _foreign.Add(token.Start);
                _words.Add(token);
            }

            startsLine = tokens[index].Kind == CTokenKind.Newline || (startsLine && !token.IsWord);
        }
    }

    private void Rewrite(bool isWindowsModel)
    {
        Dictionary<int, string> names = FunctionNames.Find(Source, _words);
        var run = new List<CToken>();
        foreach (CToken word in _words)
        {
            bool isOwn = isWindowsModel && !_foreign.Contains(word.Start);
            if (isOwn && LongSpecifier.IsSpecifier(Source, word))
            {
                run.Add(word);
                continue;
            }

            End(run);
            if (names.TryGetValue(word.Start, out string? name)) _edits.Replace(word, name);
            else if (isOwn && word.Kind == CTokenKind.Number && NumberSuffix.WithoutLong(word.In(Source)) is { } number)
                _edits.Replace(word, number);
        }

        End(run);
    }

    private void End(List<CToken> run)
    {
        if (LongSpecifier.Only(Source, run) is { } word)
        {
            bool isNamed = run.Any(other => other.Is(Source, "int") || other.Is(Source, "double"));
            _edits.Replace(word, isNamed ? "" : "int");
        }

        run.Clear();
    }

    // # 12 "file" 1 3: the 3 says that it is a system's header.
    private static (string File, bool IsSystem)? Marker(string line)
    {
        int quote = line.IndexOf('"', StringComparison.Ordinal);
        int end = line.LastIndexOf('"');
        if (quote < 0 || end <= quote) return null;
        ReadOnlySpan<char> number = line.AsSpan(1, quote - 1).Trim();
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)) return null;
        string file = line[(quote + 1)..end]
            .Replace("\\\\", "\\", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal);
        return (file, line[(end + 1)..].Split(' ', '\r').Contains("3"));
    }
}

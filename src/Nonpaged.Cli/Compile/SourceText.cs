namespace Nonpaged.Cli;

/// <summary>A source of Microsoft's dialect, in that of gcc and clang. Lines keep their numbers.</summary>
internal sealed class SourceText
{
    private readonly SourceEdits _edits;
    private readonly List<CToken> _tokens;
    private readonly Func<string, bool, string?> _include;
    private readonly List<CToken> _run = [];
    private readonly LeaveJumps _leaves;
    private int _line = 1;

    private SourceText(string source, Func<string, bool, string?> include)
    {
        _edits = new SourceEdits(source);
        _leaves = new LeaveJumps(_edits);
        _tokens = CLexer.Read(source);
        _include = include;
    }

    /// <summary>The lines that say long, which has another length on Windows.</summary>
    public List<int> LongLines { get; } = [];

    /// <summary>Whether only preprocessed text can be compiled (<see cref="FunctionNames"/>).</summary>
    public bool NamesFunctions { get; private set; }

    public string Text { get; private set; } = "";

    /// <param name="source">The source.</param>
    /// <param name="include">The name that an included file has here, with its quotes or brackets, by the name in the
    /// source and whether it is in quotes; null leaves it.</param>
    public static SourceText Rewrite(string source, Func<string, bool, string?> include)
    {
        var text = new SourceText(source, include);
        text.Run();
        text.Text = text._edits.ToString();
        return text;
    }

    private string Source => _edits.Source;

    private void Run()
    {
        NamesFunctions = FunctionNames.IsBesideText(Source, _tokens.Where(token => token.IsWord).ToArray(), isMacro: false);
        bool startsLine = true;
        for (int index = 0; index < _tokens.Count; index++)
        {
            CToken token = _tokens[index];
            if (startsLine && token.Is(Source, "#"))
            {
                EndRun();
                int end = index;
                while (end < _tokens.Count && _tokens[end].Kind != CTokenKind.Newline) end++;
                Directive(index, end);
                for (; index < end - 1; index++) CountLines(_tokens[index]);
            }
            else if (token.IsWord)
            {
                Word(token);
            }

            token = _tokens[index];
            CountLines(token);
            if (token.Kind == CTokenKind.Newline) startsLine = true;
            else if (token.IsWord) startsLine = false;
        }

        EndRun();
    }

    private void CountLines(CToken token) => _line += token.In(Source).Count('\n');

    private void Word(CToken token)
    {
        if (LongSpecifier.IsSpecifier(Source, token))
        {
            _run.Add(token);
            return;
        }

        EndRun();
        Number(token);
        _leaves.Word(token);
    }

    private void EndRun()
    {
        if (LongSpecifier.Only(Source, _run) is not null && !_run.Any(token => token.Is(Source, "double"))) LongLines.Add(_line);
        _run.Clear();
    }

    private void Number(CToken token)
    {
        if (token.Kind == CTokenKind.Number && NumberSuffix.OfMicrosoft(token.In(Source)) is { } number)
            _edits.Replace(token, number);
    }

    private void Directive(int start, int end)
    {
        CToken[] words = [.. _tokens.GetRange(start + 1, end - start - 1).Where(token => token.IsWord)];
        if (words.Length > 0) _leaves.Directive(words[0]);
        if (words.Length < 2) return;
        if (words[0].Is(Source, "include"))
        {
            Include(words[1], end < _tokens.Count ? _tokens[end].Start : Source.Length);
            return;
        }

        if (words[0].Is(Source, "define"))
        {
            TokenPasting.Mend(_edits, words.AsSpan(1));
            NamesFunctions |= FunctionNames.IsBesideText(Source, words, isMacro: true);
        }
        else foreach (CToken word in words) Number(word);
    }

    private void Include(CToken first, int lineEnd)
    {
        bool isQuoted = first.Kind == CTokenKind.Text;
        if (!isQuoted && !first.Is(Source, "<")) return;
        int close = Source.IndexOf(isQuoted ? '"' : '>', first.Start + 1, lineEnd - first.Start - 1);
        if (close < 0) return;
        string name = Source[(first.Start + 1)..close];
        if (_include(name, isQuoted) is { } other) _edits.Replace(first.Start, close + 1, other);
    }
}

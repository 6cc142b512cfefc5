namespace Nonpaged.Cli;

/// <summary>
/// Takes the <c>##</c> out of a macro's definition where what it would make is no token: Microsoft's preprocessor lets
/// the two stand beside each other then, and
/// others refuse. The comma before arguments of a variable number goes where there are none, as it does there.
/// </summary>
internal static class TokenPasting
{
    private static readonly string[] s_punctuators =
        [
            "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||",
            "*=", "/=", "%=", "+=", "-=", "&=", "^=", "|=", "<<=", ">>=", "##", "...",
        ];

    /// <param name="edits">The source.</param>
    /// <param name="words">The definition's tokens, from the macro's name to the end of its line, without blanks and
    /// comments.</param>
    public static void Mend(SourceEdits edits, ReadOnlySpan<CToken> words)
    {
        if (words.Length == 0) return;
        string source = edits.Source;
        (HashSet<string> parameters, string? rest, int body) = Parameters(source, words);
        for (int index = body; index + 1 < words.Length; index++)
        {
            if (words[index].Is(source, ",") && rest is not null && words[index + 1].Is(source, rest))
                edits.Replace(words[index], ",##");
            if (index == body || !words[index].Is(source, "##")) continue;
            (CToken left, CToken right) = (words[index - 1], words[index + 1]);
            if (!MakesToken(source, left, right, parameters, rest)) edits.Replace(words[index], " ");
        }
    }

    // Where the body begins. The parenthesis of a macro with parameters follows its name at once.
    private static (HashSet<string> Names, string? Others, int Body) Parameters(string source, ReadOnlySpan<CToken> words)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        string? rest = null;
        if (words.Length < 2 || !words[1].Is(source, "(") || words[1].Start != words[0].End) return (names, rest, 1);
        int index = 2;
        for (; index < words.Length && !words[index].Is(source, ")"); index++)
        {
            CToken before = words[index - 1];
            if (words[index].Kind == CTokenKind.Identifier)
                names.Add(words[index].In(source).ToString());
            else if (words[index].Is(source, "..."))
                rest = before.Kind == CTokenKind.Identifier ? before.In(source).ToString() : "__VA_ARGS__";
        }

        if (rest is not null) names.Add(rest);
        return (names, rest, index + 1);
    }

    private static bool MakesToken(string source, CToken left, CToken right, HashSet<string> parameters, string? rest)
    {
        (string first, string second) = (left.In(source).ToString(), right.In(source).ToString());
        // GNU's: the comma goes where no arguments are left.
        if (first == "," && second == rest) return true;
        (bool isOpen, bool isOpenRight) = (parameters.Contains(first), parameters.Contains(second));
        if (isOpen && isOpenRight) return true;
        if (isOpen) return right.Kind is CTokenKind.Identifier or CTokenKind.Number || second[0] == '=';
        if (isOpenRight) return left.Kind is CTokenKind.Identifier or CTokenKind.Number;
        return left.Kind switch
        {
            CTokenKind.Identifier => right.Kind is CTokenKind.Identifier or CTokenKind.Number
                || (right.Kind == CTokenKind.Text && IsPrefix(first)),
            CTokenKind.Number => right.Kind is CTokenKind.Identifier or CTokenKind.Number || second == ".",
            CTokenKind.Punctuator => s_punctuators.Contains(first + second) || (first == "." && right.Kind == CTokenKind.Number),
            _ => false,
        };
    }

    private static bool IsPrefix(string name) => name is "L" or "u" or "U" or "u8";
}

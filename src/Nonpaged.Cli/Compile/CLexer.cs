namespace Nonpaged.Cli;

/// <summary>
/// Splits a C source into preprocessing tokens. All of the text is in one token or another, so that a source can be put
/// together again.
/// </summary>
internal static class CLexer
{
    private static readonly string[] s_punctuators =
    [
        "...", "<<=", ">>=", "->*", "##", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=",
        "&&", "||", "*=", "/=", "%=", "+=", "-=", "&=", "^=", "|=", "::",
    ];

    public static List<CToken> Read(string source)
    {
        var tokens = new List<CToken>(source.Length / 3);
        for (int at = 0; at < source.Length;)
        {
            (CTokenKind kind, int end) = Next(source, at);
            tokens.Add(new CToken(kind, at, end - at));
            at = end;
        }

        return tokens;
    }

    private static (CTokenKind Kind, int End) Next(string source, int at)
    {
        char first = source[at];
        if (first == '\n') return (CTokenKind.Newline, at + 1);
        if (Continuation(source, at) is int next and > 0) return (CTokenKind.Space, next);
        if (char.IsWhiteSpace(first)) return (CTokenKind.Space, at + 1);
        if (IsAt(source, at, "/*")) return (CTokenKind.Comment, EndOf(source, at, "*/"));
        if (IsAt(source, at, "//")) return (CTokenKind.Comment, LineEnd(source, at));
        if (first is '"' or '\'') return (CTokenKind.Text, TextEnd(source, at));
        if (IsLetter(first)) return (CTokenKind.Identifier, IdentifierEnd(source, at));
        if (char.IsAsciiDigit(first) || (first == '.' && at + 1 < source.Length && char.IsAsciiDigit(source[at + 1])))
            return (CTokenKind.Number, NumberEnd(source, at));
        foreach (string punctuator in s_punctuators)
        {
            if (IsAt(source, at, punctuator)) return (CTokenKind.Punctuator, at + punctuator.Length);
        }

        return (CTokenKind.Punctuator, at + 1);
    }

    // A backslash at a line's end, where some editors leave blanks after it. 0 where there is none.
    private static int Continuation(string source, int at)
    {
        if (source[at] != '\\') return 0;
        int end = at + 1;
        while (end < source.Length && source[end] is ' ' or '\t' or '\r') end++;
        return end < source.Length && source[end] == '\n' ? end + 1 : 0;
    }

    private static int EndOf(string source, int at, string mark)
    {
        int found = source.IndexOf(mark, at + 2, StringComparison.Ordinal);
        return found < 0 ? source.Length : found + mark.Length;
    }

    private static int LineEnd(string source, int at)
    {
        while (at < source.Length && source[at] != '\n') at = Continuation(source, at) is int next and > 0 ? next : at + 1;
        return at;
    }

    // To the quote that ends it, or to the end of the line: an apostrophe in a comment of #if 0 has no partner.
    private static int TextEnd(string source, int at)
    {
        char quote = source[at++];
        while (at < source.Length && source[at] != '\n')
        {
            if (source[at] == quote) return at + 1;
            if (Continuation(source, at) is int next and > 0) at = next;
            else at += source[at] == '\\' && at + 1 < source.Length && source[at + 1] != '\n' ? 2 : 1;
        }

        return Math.Min(at, source.Length);
    }

    private static int IdentifierEnd(string source, int at)
    {
        while (at < source.Length && (IsLetter(source[at]) || char.IsAsciiDigit(source[at]))) at++;
        return at;
    }

    private static int NumberEnd(string source, int at)
    {
        for (; at < source.Length; at++)
        {
            char unit = source[at];
            bool isSign = unit is '+' or '-' && source[at - 1] is 'e' or 'E' or 'p' or 'P' && unit is '+' or '-';
            if (isSign && IsHexadecimal(source, at)) isSign = source[at - 1] is 'p' or 'P';
            if (!isSign && unit != '.' && !IsLetter(unit) && !char.IsAsciiDigit(unit)) break;
        }

        return at;
    }

    // In 0xE+1 the sign is an operator to every programmer, and to Microsoft's compiler.
    private static bool IsHexadecimal(string source, int at)
    {
        int start = at;
        while (start > 0 && (IsLetter(source[start - 1]) || char.IsAsciiDigit(source[start - 1]) || source[start - 1] == '.'))
            start--;
        return start + 1 < source.Length && source[start] == '0' && source[start + 1] is 'x' or 'X';
    }

    // Bytes above 0x7f are letters of a name or part of a comment; which ones does not matter.
    private static bool IsLetter(char unit) => char.IsAsciiLetter(unit) || unit is '_' or '$' || unit >= 0x80;

    private static bool IsAt(string source, int at, string text) => string.CompareOrdinal(source, at, text, 0, text.Length) == 0;
}

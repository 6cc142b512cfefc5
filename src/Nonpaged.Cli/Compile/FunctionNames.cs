namespace Nonpaged.Cli;

/// <summary>
/// <c>__FUNCTION__</c> beside a string: a string itself to Microsoft's compiler, a variable to others. In preprocessed
/// C it becomes the name of the function that it is in.
/// </summary>
internal static class FunctionNames
{
    private static readonly string[] s_names = ["__FUNCTION__", "__FUNCSIG__", "__FUNCDNAME__"];

    /// <summary>
    /// Whether a source may need it: such a name stands beside a string, or beside what may be one in a macro.
    /// </summary>
    public static bool IsBesideText(string source, ReadOnlySpan<CToken> words, bool isMacro)
    {
        for (int index = 0; index < words.Length; index++)
        {
            if (!IsName(source, words[index])) continue;
            if (index > 0 && MayBeText(words[index - 1], isMacro)) return true;
            if (index + 1 < words.Length && MayBeText(words[index + 1], isMacro)) return true;
        }

        return false;
    }

    /// <summary>All of such names that stand beside a string, with what they become.</summary>
    /// <param name="source">Preprocessed C.</param>
    /// <param name="words">Its tokens, without blanks, comments and the lines of the preprocessor.</param>
    public static Dictionary<int, string> Find(string source, List<CToken> words)
    {
        var found = new Dictionary<int, string>();
        string function = "";
        int depth = 0;
        for (int index = 0; index < words.Count; index++)
        {
            CToken word = words[index];
            if (word.Is(source, "{"))
            {
                // Functions are inside extern "C" as they are outside.
                if (index > 0 && words[index - 1].Kind == CTokenKind.Text) continue;
                if (depth++ == 0) function = NameBefore(source, words, index) ?? function;
            }
            else if (word.Is(source, "}"))
            {
                depth = Math.Max(0, depth - 1);
            }
            else if (IsName(source, word) && IsBesideText(source, words, index))
            {
                found.Add(word.Start, $"\"{function}\"");
            }
        }

        return found;
    }

    private static bool IsName(string source, CToken word) =>
        word.Kind == CTokenKind.Identifier && s_names.Contains(word.In(source).ToString());

    private static bool MayBeText(CToken word, bool isMacro) =>
        word.Kind == CTokenKind.Text || (isMacro && word.Kind == CTokenKind.Identifier);

    // Of several beside each other, the string may be beyond the next.
    private static bool IsBesideText(string source, List<CToken> words, int index)
    {
        int before = index - 1, after = index + 1;
        while (before >= 0 && IsName(source, words[before])) before--;
        while (after < words.Count && IsName(source, words[after])) after++;
        return (before >= 0 && words[before].Kind == CTokenKind.Text)
            || (after < words.Count && words[after].Kind == CTokenKind.Text);
    }

    // name(parameters) {: what is before the parenthesis that the last one closes.
    private static string? NameBefore(string source, List<CToken> words, int brace)
    {
        int index = brace - 1;
        if (index < 0 || !words[index].Is(source, ")")) return null;
        for (int depth = 0; index >= 0; index--)
        {
            if (words[index].Is(source, ")")) depth++;
            else if (words[index].Is(source, "(") && --depth == 0) break;
        }

        return index > 0 && words[index - 1].Kind == CTokenKind.Identifier ? words[index - 1].In(source).ToString() : null;
    }
}

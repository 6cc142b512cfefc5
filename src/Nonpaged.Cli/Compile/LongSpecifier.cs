namespace Nonpaged.Cli;

/// <summary>Where a list of specifiers (C11 6.7) says long once: 64 bits here, and 32 on Windows.</summary>
internal static class LongSpecifier
{
    private static readonly HashSet<string> s_specifiers = new(StringComparer.Ordinal)
    {
        "long", "int", "double", "unsigned", "signed", "__signed", "__signed__", "const", "__const", "volatile", "__volatile__",
        "static", "extern", "typedef", "register", "auto", "inline", "__inline", "__inline__", "__extension__",
    };

    public static bool IsSpecifier(string source, CToken word) =>
        word.Kind == CTokenKind.Identifier && s_specifiers.Contains(word.In(source).ToString());

    /// <summary>The one long among specifiers that follow each other; null where there is none, or long long.</summary>
    public static CToken? Only(string source, List<CToken> run)
    {
        CToken? found = null;
        foreach (CToken word in run)
        {
            if (!word.Is(source, "long")) continue;
            if (found is not null) return null;
            found = word;
        }

        return found;
    }
}

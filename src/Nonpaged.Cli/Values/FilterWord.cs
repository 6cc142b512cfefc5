namespace Nonpaged.Cli;

/// <summary>A word of a filter's text, or a parenthesis; an empty one is the end.</summary>
/// <param name="Text">The word.</param>
/// <param name="Position">Where it starts in the text, from 1 on.</param>
internal readonly record struct FilterWord(string Text, int Position)
{
    public bool IsEnd => Text.Length == 0;

    public bool IsNumber => !IsEnd && char.IsAsciiDigit(Text[0]);

    public bool Is(string word) => Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    public static IEnumerable<FilterWord> Split(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            int start = at++;
            if (char.IsWhiteSpace(text[start])) continue;
            if (!IsParenthesis(text[start]))
            {
                while (at < text.Length && !char.IsWhiteSpace(text[at]) && !IsParenthesis(text[at])) at++;
            }

            yield return new FilterWord(text[start..at], start + 1);
        }

        yield return new FilterWord("", text.Length + 1);
    }

    private static bool IsParenthesis(char character) => character is '(' or ')';
}

namespace Nonpaged.Cli;

/// <summary>A piece of a C source.</summary>
internal readonly record struct CToken(CTokenKind Kind, int Start, int Length)
{
    public int End => Start + Length;

    /// <summary>Neither blank nor comment.</summary>
    public bool IsWord => Kind > CTokenKind.Comment;

    public ReadOnlySpan<char> In(string source) => source.AsSpan(Start, Length);

    public bool Is(string source, string text) => Length == text.Length && In(source).SequenceEqual(text);
}

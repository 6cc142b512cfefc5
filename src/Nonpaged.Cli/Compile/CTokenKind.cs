namespace Nonpaged.Cli;

/// <summary>Kinds of preprocessing tokens (C11 6.4), and what lies between them.</summary>
internal enum CTokenKind
{
    /// <summary>Blanks, and a newline after a backslash.</summary>
    Space,
    Newline,
    Comment,
    Identifier,
    Number,
    Text,
    Punctuator,
}

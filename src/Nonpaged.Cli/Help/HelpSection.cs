namespace Nonpaged.Cli;

/// <summary>Rows of a help page under one heading.</summary>
internal sealed record HelpSection(string Heading, IReadOnlyList<(string Name, string Text)> Rows);

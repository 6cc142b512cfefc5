namespace Nonpaged.Cli;

/// <summary>Checks that belong together.</summary>
internal sealed record CheckGroup(string Title, IReadOnlyList<Check> Checks);

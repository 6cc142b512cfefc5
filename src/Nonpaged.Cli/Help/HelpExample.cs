namespace Nonpaged.Cli;

/// <summary>A command line at the end of a help page.</summary>
/// <param name="Line">The command line, to be pasted.</param>
/// <param name="Purpose">What it does.</param>
internal sealed record HelpExample(string Line, string Purpose);

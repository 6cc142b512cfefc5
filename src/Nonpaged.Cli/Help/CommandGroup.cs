using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary>Commands that the help of the program shows under one heading.</summary>
internal sealed record CommandGroup(string Heading, IReadOnlyList<Command> Commands);

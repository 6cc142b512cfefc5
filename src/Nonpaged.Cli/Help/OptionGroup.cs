using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary>Options of a command that its help shows under one heading.</summary>
internal sealed record OptionGroup(string Heading, IReadOnlyList<Option> Options);

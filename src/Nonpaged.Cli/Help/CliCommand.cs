using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary>A command, with its options in groups and the examples that end its help.</summary>
internal sealed class CliCommand(string name, string description, params IReadOnlyList<HelpExample> examples)
    : Command(name, description)
{
    private readonly List<OptionGroup> _groups = [];

    public IReadOnlyList<HelpExample> Examples { get; } = examples;

    public IReadOnlyList<OptionGroup> Groups => _groups;

    /// <summary>The arguments are another program's, and may look like options.</summary>
    public bool PassesOptionsOn { get; set; }

    /// <summary>Adds options that belong together.</summary>
    public void Add(string heading, params IReadOnlyList<Option> options)
    {
        _groups.Add(new OptionGroup(heading, options));
        foreach (Option option in options) Options.Add(option);
    }
}

using System.CommandLine;
using System.CommandLine.Invocation;

namespace Nonpaged.Cli;

/// <summary>What --help prints: commands and options under headings, and examples at the end.</summary>
internal sealed class HelpPage(Screen screen, string program, IReadOnlyList<CommandGroup> commands) : SynchronousCommandLineAction
{
    private static readonly HelpExample[] s_examples =
    [
        new("nonpaged doctor", "What this machine can give, and what is missing"),
        new("nonpaged run --nic e1000", "Drive QEMU's e1000 with a miniport in C#, take a lease, and ping"),
        new("nonpaged alloc --length 2M --contiguous", "Allocate 2 MiB in one physical range"),
        new("nonpaged verify ./driver.so --nic rtl8139", "Find the faults of a driver in C"),
    ];

    /// <summary>Help is for command lines that are not complete, too.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        Option[] common = [.. parseResult.RootCommandResult.Command.Options.Where(option => option.Recursive)];
        TextWriter output = parseResult.InvocationConfiguration.Output;
        var writer = new HelpWriter(output, screen.TextWidth);
        writer.WriteParagraph(command.Description ?? "");
        output.WriteLine();
        writer.WriteParagraph($"Usage: {Usage(command)}");
        writer.WriteSections([.. command is RootCommand ? OfProgram(command) : OfCommand(command, common)]);
        if (command is RootCommand)
        {
            output.WriteLine();
            writer.WriteParagraph($"{program} COMMAND --help shows the options of a command.");
        }

        writer.WriteExamples(command is CliCommand own ? own.Examples : s_examples);
        return ExitCode.Success;
    }

    private IEnumerable<HelpSection> OfProgram(Command root)
    {
        foreach (CommandGroup group in commands)
        {
            yield return new HelpSection(
                group.Heading, [.. group.Commands.Select(command => (command.Name, command.Description ?? ""))]);
        }

        yield return new HelpSection("Options", [.. root.Options.Select(Row)]);
    }

    private static IEnumerable<HelpSection> OfCommand(Command command, Option[] common)
    {
        if (command.Arguments.Count > 0)
        {
            yield return new HelpSection(
                "Arguments", [.. command.Arguments.Select(argument => (argument.Name, argument.Description ?? ""))]);
        }

        IReadOnlyList<OptionGroup> groups = command is CliCommand own ? own.Groups : [];
        foreach (OptionGroup group in groups) yield return new HelpSection(group.Heading, [.. group.Options.Select(Row)]);
        IEnumerable<Option> rest = command.Options.Except(groups.SelectMany(group => group.Options)).Concat(common);
        yield return new HelpSection(groups.Count == 0 ? "Options" : "Other options", [.. rest.Select(Row)]);
    }

    private string Usage(Command command)
    {
        if (command is RootCommand) return $"{program} COMMAND [options]";
        IEnumerable<string> words =
        [
            program, command.Name,
            .. command.Options.Where(option => option.Required).Select(Name),
            "[options]",
            .. command.Arguments.Select(argument => argument.Arity switch
            {
                { MinimumNumberOfValues: 0 } => $"[{argument.Name}]",
                { MaximumNumberOfValues: > 1 } => $"{argument.Name}...",
                _ => argument.Name,
            }),
        ];
        return string.Join(' ', words);
    }

    private static (string Name, string Text) Row(Option option) =>
        (string.Join(", ", option.Aliases.OrderDescending(StringComparer.Ordinal).Append(Name(option))),
            option.Required ? $"{option.Description} Required." : option.Description ?? "");

    private static string Name(Option option) => option.Arity switch
    {
        { MaximumNumberOfValues: 0 } => option.Name,
        { MinimumNumberOfValues: 0 } => $"{option.Name} [{option.HelpName}]",
        _ => $"{option.Name} {option.HelpName}",
    };
}

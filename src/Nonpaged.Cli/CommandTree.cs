using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;

namespace Nonpaged.Cli;

/// <summary>The commands, and what happens where a command line cannot be understood.</summary>
internal static class CommandTree
{
    private const string Name = "nonpaged";

    /// <summary>No @file, no -abc for -a -b -c: an argument means what it says.</summary>
    public static ParserConfiguration Parser { get; } =
        new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <param name="arguments">The command line.</param>
    /// <param name="screen">Where the output goes.</param>
    /// <param name="loader">Loads a C driver into this process; null where another program has to
    /// (<see cref="DriverHost"/>).</param>
    public static async Task<int> RunAsync(string[] arguments, Screen screen, IDriverLoader? loader = null)
    {
        ParseResult parsed = Create(screen, new DriverHost(arguments, loader)).Parse(arguments, Parser);
        IReadOnlyList<string> errors = UsageErrors.Of(parsed);
        if (errors.Count > 0) return Refuse(parsed, errors, screen);

        // The commands see to Ctrl+C themselves: a halt in order may take longer than a fixed time.
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = screen.Out.Profile.Out.Writer,
            Error = screen.Error.Profile.Out.Writer,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    public static RootCommand Create(Screen screen, DriverHost host)
    {
        CommandGroup[] groups =
        [
            new("Memory", [DoctorCommand.Create(screen), AllocCommand.Create(screen), MapCommand.Create(screen)]),
            new(
                "Drivers",
                [
                    RunCommand.Create(screen, host), VerifyCommand.Create(screen, host), SdkCommand.Create(screen),
                    CompileCommand.Create(screen),
                ]),
            new(
                "Cards and interfaces",
                [
                    DevicesCommand.Create(screen), BindCommand.CreateBind(screen), BindCommand.CreateUnbind(screen),
                    XdpCommand.Create(screen),
                ]),
            new("Evidence", [ProveCommand.Create(screen), SoakCommand.Create(screen)]),
            new("Shell", [CompletionCommand.Create(screen)]),
        ];
        var root = new RootCommand("Pinned, DMA-ready memory, and the network drivers that need it.") { HelpName = Name };
        foreach (Command command in groups.SelectMany(group => group.Commands)) root.Add(command);
        root.Add(VerifyRunCommand.Create(screen, host));
        root.SetAction(_ => FirstSteps.Show(screen, Name));

        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpPage(screen, Name, groups);
        // Those of Windows are files' names here.
        foreach (string alias in help.Aliases.Where(alias => alias[0] == '/').ToArray()) help.Aliases.Remove(alias);
        SuggestDirective suggest = root.Directives.OfType<SuggestDirective>().Single();
        suggest.Action = new SuggestAction(suggest);
        return root;
    }

    private static int Refuse(ParseResult parsed, IReadOnlyList<string> errors, Screen screen)
    {
        foreach (string message in errors) screen.Say($"{Name}: {message}");
        string command = parsed.CommandResult.Command is RootCommand ? Name : $"{Name} {parsed.CommandResult.Command.Name}";
        screen.Say($"Usage: {command} --help");
        return ExitCode.Usage;
    }
}

using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary>The commands, and what happens where a command line cannot be understood.</summary>
internal static class CommandTree
{
    private const string Name = "nonpaged";

    /// <param name="arguments">The command line.</param>
    /// <param name="screen">Where the output goes.</param>
    /// <param name="loader">Loads a C driver into this process; null where another program has to
    /// (<see cref="DriverHost"/>).</param>
    public static async Task<int> RunAsync(string[] arguments, Screen screen, IDriverLoader? loader = null)
    {
        var root = new RootCommand("Resident, pinned, contiguous, address-limited memory, and the network drivers that need it.")
        {
            RunCommand.Create(screen, new DriverHost(arguments, loader)),
            VerifyCommand.Create(screen, new DriverHost(arguments, loader)),
            VerifyRunCommand.Create(screen, new DriverHost(arguments, loader)),
            AllocCommand.Create(screen),
            DoctorCommand.Create(screen),
            DevicesCommand.Create(screen),
            XdpCommand.Create(screen),
            BindCommand.CreateBind(screen),
            BindCommand.CreateUnbind(screen),
            ProveCommand.Create(screen),
            MapCommand.Create(screen),
            SoakCommand.Create(screen),
            SdkCommand.Create(screen),
            CompileCommand.Create(screen),
        };
        root.HelpName = Name;

        // No @file, no -abc for -a -b -c: an argument means what it says.
        var parser = new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
        ParseResult parsed = root.Parse(arguments, parser);
        if (parsed.Errors.Count > 0) return Refuse(parsed, screen);

        // The commands see to Ctrl+C themselves: a halt in order may take longer than a fixed time.
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = screen.Out.Profile.Out.Writer,
            Error = screen.Error.Profile.Out.Writer,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    private static int Refuse(ParseResult parsed, Screen screen)
    {
        foreach (string message in parsed.Errors.Select(error => error.Message).Distinct())
            screen.Say($"{Name}: {message}");
        string command = parsed.CommandResult.Command is RootCommand ? Name : $"{Name} {parsed.CommandResult.Command.Name}";
        screen.Say($"Usage: {command} --help");
        return ExitCode.Usage;
    }
}

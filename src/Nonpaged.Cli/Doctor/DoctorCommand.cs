using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged doctor</c>: what this machine can give. It looks, and changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(Screen screen)
    {
        Option<bool> json = Options.Json();
        var command = new CliCommand(
            "doctor", "Show what this machine can give, with the command that improves it. Changes nothing.",
            new HelpExample("nonpaged doctor", "Examine this machine"),
            new HelpExample("nonpaged doctor --json", "The same for a program, or for a bug report")) { json };
        command.SetAction(parsed =>
        {
            IReadOnlyList<CheckGroup> groups = [];
            Waiting.While(screen, "looking", () => groups = Examination.Of(Surroundings.OfThisProcess()));
            if (parsed.GetValue(json))
                screen.WriteWhole(CliJson.Write(DoctorDocument.From(groups.SelectMany(group => group.Checks))));
            else
                DoctorPrinter.Print(screen, groups);
            return ExitCode.Success;
        });
        return command;
    }
}

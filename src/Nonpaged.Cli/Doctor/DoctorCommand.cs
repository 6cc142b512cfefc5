using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged doctor</c>: what this machine can give. It looks, and changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(Screen screen)
    {
        Option<bool> json = Options.Json();
        var command = new Command("doctor", "Show what this machine can give, with the command that improves it. Changes nothing.") { json };
        command.SetAction(parsed =>
        {
            List<Check> checks = [];
            Waiting.While(screen, "looking", () => checks.AddRange(LookAtAll()));
            if (parsed.GetValue(json)) screen.WriteWhole(CliJson.Write(DoctorDocument.From(checks)));
            else DoctorPrinter.Print(screen, checks);
            return ExitCode.Success;
        });
        return command;
    }

    private static IEnumerable<Check> LookAtAll() =>
    [
        .. HugepageChecks.Look(),
        .. CollapseChecks.Look(),
        .. PinChecks.Look(),
        .. FrameChecks.Look(),
        .. MemoryChecks.Look(),
        QemuCheck.Look(),
    ];
}

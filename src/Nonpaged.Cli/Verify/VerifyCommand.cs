using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary>
/// <c>nonpaged verify</c>: finds a driver's faults. Each run is a process of its own, with a machine of its own, and puts the
/// driver through one exercise.
/// </summary>
internal static class VerifyCommand
{
    public static Command Create(Screen screen, DriverHost host)
    {
        var options = new VerifyOptions();
        var command = new CliCommand(
            "verify", "Find a driver's faults: memory, failures of allocations, DMA, locks, leaks, life, OIDs, frames, threads, "
                + "time.",
            new HelpExample("nonpaged verify ./driver.so --nic rtl8139 --html faults.html", "Run all checks, and write a page"),
            new HelpExample("nonpaged verify ./driver.so --nic rtl8139 --only dma", "Run one check"),
            new HelpExample("nonpaged verify --driver e1000 --junit verify.xml", "Verify a miniport in C# in CI"))
        { options.DriverFile };
        foreach (OptionGroup group in options.Groups) command.Add(group.Heading, group.Options);
        command.SetAction(parsed => RunAsync(screen, host, options, parsed));
        return command;
    }

    private static async Task<int> RunAsync(Screen screen, DriverHost host, VerifyOptions options, ParseResult parsed)
    {
        using var interruption = new Interruption();
        VerifyRequest? request = null;
        VerifyDocument document;
        try
        {
            request = options.Read(parsed);
            var printer = new VerifyPrinter(screen, isSilent: request.Json == "-");
            var session = new VerifySession(request, VerifyProgram.Choose(request.Run), printer, interruption);
            document = await session.RunAsync();
            string? note = interruption.Happened ? $"ended by {interruption.Name}: what was found until then" : session.Note;
            printer.ShowEnd(document, note);
        }
        catch (CommandException exception)
        {
            document = new VerifyDocument
            {
                Failure = FailureDocument.From(exception.Failure),
                ExitCode = ExitCode.Failure,
            };
            FailurePrinter.Print(screen, document.Failure!);
            if (request is null) return document.ExitCode;
        }

        VerifyFiles.Write(screen, request, document);
        return document.ExitCode;
    }
}

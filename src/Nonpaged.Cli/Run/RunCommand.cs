using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary>
/// <c>nonpaged run</c>, the main job: a miniport gets all of its memory from NdisAllocateMemory, drives a network card with
/// it, takes a DHCP lease and pings.
/// </summary>
internal static class RunCommand
{
    public static Command Create(Screen screen, DriverHost host)
    {
        var options = new RunOptions();
        var command = new CliCommand(
            "run", "Start a network driver on a machine of QEMU's device models, take a DHCP lease, and ping.",
            new HelpExample("nonpaged run --nic rtl8139", "Drive QEMU's RTL8139 with the miniport in C#"),
            new HelpExample("nonpaged run ./driver.so --nic e1000 --strict", "Drive a card with a driver in C, and fail where it "
                + "does wrong"),
            new HelpExample("nonpaged run --tap nic0", "Make the adapter a network interface of this machine"))
        { options.DriverFile };
        foreach (OptionGroup group in options.Groups) command.Add(group.Heading, group.Options);
        command.SetAction(parsed => RunAsync(screen, host, options, parsed));
        return command;
    }

    private static async Task<int> RunAsync(Screen screen, DriverHost host, RunOptions options, ParseResult parsed)
    {
        bool isJson = parsed.GetValue(options.Json);
        using var interruption = new Interruption();
        RunDocument document;
        try
        {
            RunRequest request = options.Read(parsed);
            var printer = new RunPrinter(screen, isSilent: isJson);
            if (request.DriverFile is not null && !host.IsThisProcess)
            {
                DriverHostResult result = await host.RunAsync(request, interruption);
                // Whatever ended in order has printed its own document.
                if (result.Crash is not { } crash) return result.ExitCode;
                document = RunDocument.Empty with
                {
                    Nic = request.Nic,
                    Driver = Path.GetFileNameWithoutExtension(request.DriverFile),
                    Profile = request.Profile.ToString().ToLowerInvariant(),
                    Crash = crash,
                    ExitCode = ExitCode.Failure,
                    Failure = FailureDocument.From(crash.ToFailure()),
                };
            }
            else
            {
                if (request.Trace) Tracing.Start(screen, isJson);
                document = await new RunSession(screen, printer, request, interruption, host).RunAsync();
            }
        }
        catch (CommandException exception)
        {
            document = options.Unread(parsed) with
            {
                Failure = FailureDocument.From(exception.Failure),
                ExitCode = ExitCode.Failure,
            };
        }

        if (isJson) screen.WriteWhole(CliJson.Write(document));
        else if (document.Failure is { } failure) FailurePrinter.Print(screen, failure);
        return document.ExitCode;
    }
}

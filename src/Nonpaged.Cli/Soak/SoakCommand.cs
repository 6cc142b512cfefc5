using System.CommandLine;
using System.Diagnostics;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged soak</c>: random requests at the ceiling of a pool, with all contents checked.</summary>
internal sealed class SoakCommand
{
    private const int Threads = 2;
    private const ulong DefaultCeiling = 256UL << 20;
    private const ulong LeastCeiling = 16UL << 20;

    private readonly Option<string?> _seconds = Options.Text("--seconds", "N", "How long (default 10).");
    private readonly Option<string?> _seed = Options.Text("--seed", "S", "Repeats the requests of the run that told this seed.");
    private readonly Option<string?> _ceiling = Options.Text("--ceiling", "SIZE", "The most that the pool may hold (default 256M).");
    private readonly Option<bool> _json = Options.Json();
    private readonly Screen _screen;

    private SoakCommand(Screen screen) => _screen = screen;

    public static Command Create(Screen screen)
    {
        var soak = new SoakCommand(screen);
        var command = new Command(
            "soak", "Make random requests on two threads at the ceiling of a pool that grows and shrinks, and check all contents.")
        {
            soak._seconds, soak._seed, soak._ceiling, soak._json,
        };
        command.SetAction(soak.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        SoakDocument document;
        AllocationFailure? failure = null;
        try
        {
            int seconds = Number.Parse("--seconds", parsed.GetValue(_seconds) ?? "10", 1, 7 * 24 * 3600);
            int seed = parsed.GetValue(_seed) is { } text ? Number.Parse("--seed", text, 0, int.MaxValue - Threads) : Random.Shared.Next(int.MaxValue - Threads);
            ulong ceiling = parsed.GetValue(_ceiling) is { } size ? ReadCeiling(size) : DefaultCeiling;
            var watch = Stopwatch.StartNew();
            SoakReport report = await Waiting.WhileAsync(
                _screen,
                $"soaking for {seconds} s, seed {seed}",
                _ => Task.Run(() => new Soak(seed, Threads, ceiling).Run(TimeSpan.FromSeconds(seconds), interruption.Token)));
            document = SoakDocument.From(report, seed, watch.Elapsed.TotalSeconds, Threads, ceiling);
        }
        catch (CommandException exception)
        {
            failure = exception.Failure;
            document = SoakDocument.Failed(failure);
        }

        if (parsed.GetValue(_json)) _screen.WriteWhole(CliJson.Write(document));
        else if (failure is not null) FailurePrinter.Print(_screen, document.Failure!);
        else SoakPrinter.Print(_screen, document);
        if (failure is not null || document.Errors.Count > 0 || document.Outstanding > 0) return ExitCode.Failure;
        return interruption.Happened ? interruption.ExitCode : document.Holds ? ExitCode.Success : ExitCode.Failure;
    }

    private static ulong ReadCeiling(string text)
    {
        ulong ceiling = Size.Parse("--ceiling", text);
        if (ceiling >= LeastCeiling && ceiling <= long.MaxValue) return ceiling / (2UL << 20) * (2UL << 20);
        throw new CommandException(
            $"--ceiling {text} is out of range: the largest blocks of a soak are 4 MiB.", $"--ceiling takes {Size.Format(LeastCeiling)} and more", "write, say, --ceiling 64M");
    }
}

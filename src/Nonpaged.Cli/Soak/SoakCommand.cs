using System.CommandLine;
using System.Diagnostics;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged soak</c>: random requests at the ceiling of a pool, with all contents checked.</summary>
internal sealed class SoakCommand
{
    private const int DefaultThreads = 2;
    private const int MostThreads = 256;
    private const int MostSeconds = 7 * 24 * 3600;
    private const ulong DefaultCeiling = 256UL << 20;
    private const ulong LeastCeiling = 16UL << 20;

    private readonly Option<string?> _seconds = Options.Text("--seconds", "N", "How long (default 10).");
    private readonly Option<string?> _seed = Options.Text("--seed", "S", "Repeats the requests of the run that told this seed.");
    private readonly Option<string?> _ceiling = Options.Text(
        "--ceiling", "SIZE", "The most that the pool may hold (default 256M).");
    private readonly Option<string?> _threads = Options.Text("--threads", "T", "On how many threads (default 2).");
    private readonly Option<bool> _heap = Options.Flag(
        "--heap",
        "Small blocks only: as many operations as the heap can do, each block checked when it is freed, on whichever thread.");
    private readonly Option<string?> _operations = Options.Text(
        "--operations", "N", "With --heap: ends after so many allocations and frees, in all (1000000000 take a minute or two); "
            + "without --seconds, however long that takes.");
    private readonly Option<bool> _json = Options.Json();
    private readonly Screen _screen;

    private SoakCommand(Screen screen) => _screen = screen;

    public static Command Create(Screen screen)
    {
        var soak = new SoakCommand(screen);
        var command = new CliCommand(
            "soak",
            "Make random requests on several threads at the ceiling of a pool that grows and shrinks, and check all contents.",
            new HelpExample("nonpaged soak --seconds 60 --threads 4", "Soak a pool for a minute"),
            new HelpExample("nonpaged soak --heap --operations 1000000000", "Allocate and free a thousand million small blocks"))
        {
            soak._heap, soak._seconds, soak._operations, soak._threads, soak._seed, soak._ceiling, soak._json,
        };
        command.SetAction(soak.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        if (parsed.GetValue(_heap)) return await RunHeapAsync(parsed).ConfigureAwait(false);
        using var interruption = new Interruption();
        SoakDocument document;
        AllocationFailure? failure = null;
        try
        {
            if (parsed.GetValue(_operations) is not null)
            {
                throw new CommandException(
                    "--operations counts small blocks only.",
                    "--operations goes with --heap",
                    "write, say, soak --heap --operations 1000000");
            }

            int seconds = ReadSeconds(parsed);
            (int threads, int seed, ulong ceiling) = ReadCommon(parsed);
            var watch = Stopwatch.StartNew();
            PoolSoakReport report = await Waiting.WhileAsync(
                _screen,
                $"soaking for {seconds} s, seed {seed}",
                _ => Task.Run(() => new PoolSoak(seed, threads, ceiling).Run(TimeSpan.FromSeconds(seconds), interruption.Token)));
            document = SoakDocument.From(report, seed, watch.Elapsed.TotalSeconds, threads, ceiling);
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

    private async Task<int> RunHeapAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        HeapSoakDocument document;
        AllocationFailure? failure = null;
        try
        {
            long operations = parsed.GetValue(_operations) is { } text
                ? Number.Parse("--operations", text, 1L, 1L << 50)
                : long.MaxValue;
            bool isByTime = operations == long.MaxValue || parsed.GetValue(_seconds) is not null;
            TimeSpan time = isByTime ? TimeSpan.FromSeconds(ReadSeconds(parsed)) : TimeSpan.MaxValue;
            (int threads, int seed, ulong ceiling) = ReadCommon(parsed);
            string what = isByTime
                ? $"soaking the heap for {time.TotalSeconds:0} s, seed {seed}"
                : $"soaking the heap for {operations} operations, seed {seed}";
            HeapSoakReport report = await Waiting.WhileAsync(
                _screen, what, _ => Task.Run(() =>
                    new HeapSoak(seed, threads, ceiling).Run(time, operations, interruption.Token))).ConfigureAwait(false);
            document = HeapSoakDocument.From(report, seed, threads, ceiling);
        }
        catch (CommandException exception)
        {
            failure = exception.Failure;
            document = HeapSoakDocument.Failed(failure);
        }

        if (parsed.GetValue(_json)) _screen.WriteWhole(CliJson.Write(document));
        else if (failure is not null) FailurePrinter.Print(_screen, document.Failure!);
        else SoakPrinter.Print(_screen, document);
        if (failure is not null || document.Errors.Count > 0 || document.Outstanding > 0) return ExitCode.Failure;
        return interruption.Happened ? interruption.ExitCode : document.Holds ? ExitCode.Success : ExitCode.Failure;
    }

    private int ReadSeconds(ParseResult parsed) => Number.Parse("--seconds", parsed.GetValue(_seconds) ?? "10", 1, MostSeconds);

    private (int Threads, int Seed, ulong Ceiling) ReadCommon(ParseResult parsed)
    {
        int threads = Number.Parse("--threads", parsed.GetValue(_threads) ?? $"{DefaultThreads}", 1, MostThreads);
        int mostSeed = int.MaxValue - MostThreads;
        int seed = parsed.GetValue(_seed) is { } text ? Number.Parse("--seed", text, 0, mostSeed) : Random.Shared.Next(mostSeed);
        return (threads, seed, parsed.GetValue(_ceiling) is { } size ? ReadCeiling(size) : DefaultCeiling);
    }

    private static ulong ReadCeiling(string text)
    {
        ulong ceiling = Size.Parse("--ceiling", text);
        if (ceiling >= LeastCeiling && ceiling <= long.MaxValue) return ceiling / (2UL << 20) * (2UL << 20);
        throw new CommandException(
            $"--ceiling {text} is out of range: the largest blocks of a soak are 4 MiB.",
            $"--ceiling takes {Size.Format(LeastCeiling)} and more",
            "write, say, --ceiling 64M");
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Nonpaged.Verify;

namespace Nonpaged.Cli;

/// <summary>All runs of a verification, a few side by side, and what came of them.</summary>
internal sealed class VerifySession(VerifyRequest request, VerifyProgram program, VerifyPrinter printer,
    Interruption interruption)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private readonly List<VerifyRunResult> _results = [];
    private readonly FindingBook _findings =
        new(request, Baseline.Read(request.Baseline, mayLack: request.WritesBaseline));

    private FailureDocument? _failure;
    private string? _coverageMissing;

    /// <summary>What a person should know of the findings; null for nothing.</summary>
    public string? Note => _findings.Missing ?? _coverageMissing
        ?? (_findings.All.Any(one => one.Stack is [{ Line: 0 }, ..]) ? "findings have no lines: compile the driver with -g"
            : null);

    public async Task<VerifyDocument> RunAsync()
    {
        DateTimeOffset started = DateTimeOffset.UtcNow;
        // What follows from a run comes behind it; those of one check are begun in their order.
        var queue = new ConcurrentQueue<VerifyRun>(request.Checks.SelectMany(check => VerifyPlan.Of(check, request.Seed)));
        int underWay = 0;
        Task[] workers = [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount, 1, 4)).Select(_ => Task.Run(Work))];
        try
        {
            await Task.WhenAll(workers);
        }
        catch (OperationCanceledException)
        {
            // What came until then is told.
        }

        return Document(started);

        async Task Work()
        {
            while (!interruption.Token.IsCancellationRequested)
            {
                Interlocked.Increment(ref underWay);
                if (!queue.TryDequeue(out VerifyRun? run))
                {
                    // Another's run may be followed by more.
                    if (Interlocked.Decrement(ref underWay) == 0 && queue.IsEmpty) return;
                    await Task.Delay(10, interruption.Token);
                    continue;
                }

                try
                {
                    if (request.OnlyRun is null || run.Name == request.OnlyRun || run.Name == VerifyPlan.Counting)
                        await DoAsync(run, queue);
                }
                finally
                {
                    Interlocked.Decrement(ref underWay);
                }
            }
        }
    }

    private async Task DoAsync(VerifyRun run, ConcurrentQueue<VerifyRun> queue)
    {
        lock (_gate)
        {
            if (_failure is not null) return;
        }

        TimeSpan start = _clock.Elapsed;
        VerifyRunResult result = await new VerifyChild(request, program).RunAsync(run, interruption.Token) with { Start = start };
        lock (_gate)
        {
            _results.Add(result);
            _failure ??= result.Failure;
            VerifyFinding[] said = program.Sanitizer is null ? [] : [.. SanitizerFindings.Of(result, program.Drivers)];
            // A sanitizer that ends the process has said why.
            VerifyFinding[] ended = result.Fault is null || said.Length > 0 ? [] : [FaultFindings.Of(result, DriverName)];
            VerifyFinding[] found = [.. result.Findings, .. said, .. ended];
            printer.ShowRun(result, _findings.Add(found));
        }

        if (result.Outcome is not { } outcome) return;
        foreach (VerifyRun next in VerifyPlan.After(run, outcome)) queue.Enqueue(next);
    }

    private string DriverName => request.Run.Driver ?? Path.GetFileNameWithoutExtension(request.Run.DriverFile!);

    private VerifyDocument Document(DateTimeOffset started)
    {
        IReadOnlyList<FindingDocument> findings = _findings.All;
        bool isNew = findings.Any(one => !one.Known);
        FailureDocument? failure = _failure;
        if (failure is null && !interruption.Happened && request.OnlyRun is { } only && _results.TrueForAll(one =>
            one.Run.Name != only))
        {
            failure = FailureDocument.From(new AllocationFailure(
                FailureKind.InvalidRequest, $"--run {request.OnlyRun}: there is no such run.", "the runs of the check",
                $"nonpaged verify ... --only {VerifyChecks.NameOf(request.Checks[0])} --json - lists them"));
        }

        return new VerifyDocument
        {
            Driver = DriverName,
            File = request.Run.DriverFile,
            Nic = request.Run.Nic,
            Seed = request.Seed,
            Started = started,
            Seconds = Round(_clock.Elapsed),
            Checks = [.. request.Checks.Select(check => CheckOf(check, findings))],
            Findings = findings,
            Runs = [.. _results.OrderBy(one => one.Start).Select(RunOf)],
            Blocks = Blocks(),
            Coverage = Coverage.Read(program.Drivers, out _coverageMissing),
            Failure = failure,
            ExitCode = interruption.Happened ? interruption.ExitCode
                : failure is not null || (isNew && !request.WritesBaseline) ? ExitCode.Failure
                : ExitCode.Success,
        };
    }

    private VerifyCheckDocument CheckOf(VerifyCheck check, IReadOnlyList<FindingDocument> findings)
    {
        string name = VerifyChecks.NameOf(check);
        VerifyRunResult[] runs = [.. _results.Where(one => one.Run.Check == check)];
        return new VerifyCheckDocument(
            name, runs.Length, Round(TimeSpan.FromTicks(runs.Sum(one => one.Time.Ticks))),
            findings.Count(one => one.Check == name));
    }

    private static VerifyRunDocument RunOf(VerifyRunResult result) => new(
        VerifyChecks.NameOf(result.Run.Check), result.Run.Name, result.Run.Seed, Round(result.Start), Round(result.Time),
        OutcomeOf(result),
        [.. result.Events.Where(one => one.Step is not null).Select(one => new VerifyStepDocument(Math.Round(one.At, 3),
            one.Step!))]);

    private static string OutcomeOf(VerifyRunResult result) =>
        result.Hung ? "hung"
        : result.Fault is not null || result.Outcome is null ? "crashed"
        : result.Findings.Any() ? "findings"
        : result.Outcome.Started ? "clean"
        : "refused";

    /// <summary>Those of the run that tells most of memory: the first of the special pool's, or the first.</summary>
    private List<VerifyBlockDocument> Blocks()
    {
        VerifyRunResult? run = _results.Find(one => one.Run.Check == VerifyCheck.SpecialPool) ?? _results.FirstOrDefault();
        if (run is null) return [];
        List<VerifyBlockDocument> blocks = [];
        foreach (VerifyEvent one in run.Events.Where(one => one.Block is { Stack.Count: > 0 }))
        {
            VerifyEventBlock block = one.Block!;
            int known = blocks.FindLastIndex(other => other.Address == block.Address && other.Freed is null);
            if (!block.IsFreed)
                blocks.Add(new VerifyBlockDocument(
                    block.Address, block.Length, block.Call, _findings.Place(block.Stack), Math.Round(one.At, 4), null));
            else if (known >= 0)
                blocks[known] = blocks[known] with { Freed = Math.Round(one.At, 4) };
        }

        return blocks;
    }

    private static double Round(TimeSpan time) => Math.Round(time.TotalSeconds, 3);
}

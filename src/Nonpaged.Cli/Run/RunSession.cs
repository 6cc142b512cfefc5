using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>
/// One run, from the start of the machine to its end. Whatever happens on the way, what was started is ended in order, and the
/// document tells how far it came and why not further.
/// </summary>
internal sealed class RunSession(
    Screen screen, RunPrinter printer, RunRequest request, Interruption interruption, DriverHost host)
{
    private readonly RunSteps _steps = new(screen, printer, request, interruption);
    private readonly RunFailures _failures = new(request, interruption);
    private RunDocument _document = RunDocument.Empty;

    public async Task<RunDocument> RunAsync()
    {
        _document = _document with
        {
            Machine = request.Machine.ToString().ToLowerInvariant(),
            Nic = request.Devices.Count > 0 ? request.Devices[0] : request.Nic ?? request.Driver ?? MiniportChoice.Default.Name,
            Driver = request.Driver,
            Profile = request.Profile.ToString().ToLowerInvariant(),
        };
        AllocationFailure? failure = null;
        try
        {
            IAdapterRun run = ChooseRun(DriverStack.Look(request, host));
            using var taps = run as TapRun;
            taps?.Open();
            using RunMachine machine = await _steps.StageAsync(
                "starting the machine", () => MachineChoice.Start(request, _document.Nic!));
            await UseAsync(machine, run);
        }
        catch (Exception exception) when (_failures.Explain(exception, _document) is { } reason)
        {
            failure = reason;
        }

        if (failure is not null) return End(failure, interruption.Happened ? interruption.ExitCode : ExitCode.Failure);
        // To end what is held by a signal is no failure; what the driver did wrong until then is one all the same.
        failure = request.Strict ? RunJudge.JudgeStrictly(_document, request) : RunJudge.Judge(_document, request);
        if (failure is not null && request.Strict) return End(failure, ExitCode.Findings);
        int exitCode = failure is null ? ExitCode.Success : ExitCode.Failure;
        return End(failure, interruption.Happened ? interruption.ExitCode : exitCode);
    }

    private RunDocument End(AllocationFailure? failure, int exitCode) =>
        _document with { Failure = FailureDocument.From(failure), ExitCode = exitCode };

    private IAdapterRun ChooseRun(DriverShape top)
    {
        if (top == DriverShape.Protocol) return new ProtocolRun(_steps, printer, request);
        if (request.Taps.Count > 0) return new TapRun(_steps, screen, printer, request, interruption);
        if (request.Peer) return new ExchangeRun(_steps, screen, printer, request, interruption);
        if (request.Access is not null) return new DeviceRun(_steps, printer, request);
        if (request.IsVirtual) return new SurveyRun(_steps, screen, printer, request, interruption);
        return new LeaseRun(_steps, screen, printer, request, interruption);
    }

    /// <summary>The lowest driver, which drives the card.</summary>
    private MiniportDriver ChooseDriver(RunMachine machine)
    {
        string? lowest = request.Over.Count > 0 ? request.Over[^1] : request.DriverFile;
        if (lowest is not null && (request.Over.Count == 0 || !StackOptions.IsOwn(lowest))) return host.Loader.Load(lowest);
        return MiniportChoice.Match(request with { Nic = _document.Nic, Driver = lowest ?? request.Driver }, machine.Nic);
    }

    private async Task UseAsync(RunMachine machine, IAdapterRun run)
    {
        MiniportDriver driver = ChooseDriver(machine);
        _document = _document with
        {
            Machine = machine.Machine.Name,
            Driver = StackOptions.Names(request).FirstOrDefault() ?? driver.Name,
        };
        printer.ShowMachine(machine, _document);

        using var instance = new NdisInstance(machine.Machine, new NdisOptions
        {
            Profile = request.Profile,
            KeepJournal = true,
            BriefLog = true,
            LenientPools = true,
            StrictNoncached = request.Noncached != Caching.Coherent,
            StrictCaching = request.Noncached,
            Guard = request.Guard,
        });
        instance.Log = line => screen.Say(line);
        _steps.Stack = new DriverStack(request, host, instance);
        try
        {
            await run.RunAsync(machine, instance, driver);
        }
        finally
        {
            // Finds what was written to blocks that are free by now.
            if (request.Guard) instance.Pool.Trim();
            _document = run.AddTo(_document) with
            {
                Frames = _steps.Frames,
                Stack = _steps.Bound,
                Allocations = [.. instance.Allocations.Select(AllocationDocument.From)],
                FurtherAllocations = instance.FurtherAllocations,
                Leaks = [.. instance.Leaks.Select(LeakDocument.From),
                    .. instance.Outstanding.Select(LeakDocument.From)],
                Noncached = NoncachedDocument.From(instance.NoncachedBudget),
                Reports = ReportDocument.From(instance.Reports),
                FurtherReports = instance.FurtherReports,
            };
            _document = _document with { Outstanding = _document.Leaks.Count };
            printer.ShowEnd(_document);
        }
    }
}

using System.Diagnostics;
using Nonpaged.Machines;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

/// <summary>
/// One run, from the start of the machine to its end. Whatever happens on the way, what was started is ended in order, and the document tells how far
/// it came and why not further.
/// </summary>
internal sealed partial class RunSession(Screen screen, RunPrinter printer, RunRequest request, Interruption interruption, DriverHost host)
{
    // As long as QEMU's own network may take on a machine that has much else to do; one of this machine's may have a
    // switch that first learns who is there.
    private static readonly TimeSpan s_modelPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_cardPatience = TimeSpan.FromSeconds(60);

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
            OpenTaps();
            using RunMachine machine = await StageAsync("starting the machine", () => MachineChoice.Start(request, _document.Nic!));
            await UseAsync(machine);
        }
        catch (Exception exception) when (Explain(exception) is { } reason)
        {
            failure = reason;
        }
        finally
        {
            foreach (TapInterface tap in _taps) tap.Dispose();
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

    private async Task UseAsync(RunMachine machine)
    {
        MiniportDriver driver = request.DriverFile is { } file ? host.Load(file) : MiniportChoice.Match(request with { Nic = _document.Nic }, machine.Nic);
        _document = _document with { Machine = machine.Machine.Name, Driver = driver.Name };
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
        try
        {
            if (_taps.Count > 0)
            {
                await ServeTapsAsync(machine, instance, driver);
                return;
            }

            if (request.Peer)
            {
                await ExchangeAsync(machine, instance, driver);
                return;
            }

            if (request.IsVirtual)
            {
                await SurveyAsync(machine, instance, driver);
                return;
            }

            // Before the driver starts: where RAM is scarce, that takes what it can get.
            await using LeaseAndPing protocol = LeaseAndPing.Register(instance);
            long start = Stopwatch.GetTimestamp();
            Adapter adapter = await StageAsync($"starting the driver {driver.Name}", () =>
                StartAdapter(instance, driver, machine.Nic));
            try
            {
                printer.ShowDriver(adapter, Stopwatch.GetElapsedTime(start), request);
                await DriveAsync(machine.Machine, instance, adapter, protocol);
            }
            finally
            {
                await HaltAsync(adapter);
            }
        }
        finally
        {
            // Finds what was written to blocks that are free by now.
            if (request.Guard) instance.Pool.Trim();
            _document = _document with
            {
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

    /// <summary>
    /// A card of the ISA bus cannot be asked for its ports and interrupt: the driver's INF file sets them, unless --set
    /// does.
    /// </summary>
    private Adapter StartAdapter(NdisInstance instance, MiniportDriver driver, MachineDevice device)
    {
        var settings = new Dictionary<string, string>(request.Settings, StringComparer.OrdinalIgnoreCase);
        if (device is IsaDevice isa)
        {
            settings.TryAdd("IoBaseAddress", $"0x{isa.FirstPort:x}");
            settings.TryAdd("InterruptNumber", $"0x{isa.InterruptVector:x}");
        }

        return instance.StartAdapter(driver, device, settings);
    }

    private async Task HaltAsync(Adapter adapter)
    {
        // Not a stage: an interruption must not keep the adapter from being halted.
        await Waiting.WhileAsync(screen, "halting the adapter", _ => Task.Run(() =>
        {
            adapter.Halt();
            return true;
        }));
        // Of all adapters, where there are two.
        FramesDocument before = _document.Frames;
        _document = _document with
        {
            Frames = new FramesDocument(before.Sent + adapter.FramesSent, before.Received + adapter.FramesReceived, before.Bad + adapter.FramesBad),
        };
    }

    /// <summary>Does a part that cannot be interrupted itself; an interruption takes effect when it is done, and what it made is ended.</summary>
    private async Task<T> StageAsync<T>(string what, Func<T> work)
    {
        interruption.Token.ThrowIfCancellationRequested();
        T result = await Waiting.WhileAsync(screen, what, _ => Task.Run(work));
        if (!interruption.Token.IsCancellationRequested) return result;
        switch (result)
        {
            case Adapter adapter:
                await HaltAsync(adapter);
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }

        throw new OperationCanceledException(interruption.Token);
    }

    /// <summary>The failure that an exception stands for; null for a defect of this program, which is not caught.</summary>
    private AllocationFailure? Explain(Exception exception) => exception switch
    {
        CommandException command => command.Failure,
        MachineException machine => new AllocationFailure(FailureKind.Other, machine.Reason, request.Machine == MachineKind.Qemu ? "a machine of QEMU's device models" : "a card of this machine", machine.Remedy),
        AdapterException adapter => NotStarted(adapter),
        AllocationException allocation => allocation.Failure,
        TapException tap => new AllocationFailure(FailureKind.Other, tap.Reason, tap.Limit, tap.Remedy),
        // Its message goes on to name the parameter, which is ours and tells a user nothing.
        ArgumentException argument =>
            new AllocationFailure(FailureKind.Other, argument.Message.Split(" (Parameter")[0],
                "what QEMU takes as an option",
                request.NicProperties.Count > 0 ? $"qemu-system-x86_64 -device {request.Nic},help" : "nonpaged run --help"),
        OperationCanceledException when interruption.Happened => new AllocationFailure(FailureKind.Other,
            $"Interrupted by {interruption.Name} before it was done.", "the time until then", "let it run to its end"),
        _ => null,
    };

    // The log has told all reasons; the last memory that the driver tried to do with is the one that decided.
    private AllocationFailure NotStarted(AdapterException exception)
    {
        string what = $"{_document.Driver} did not start: {exception.Status.Describe()}.";
        AllocationDocument? refused = _document.Allocations.LastOrDefault(allocation => allocation.Failure is not null);
        return refused is null
            ? new AllocationFailure(FailureKind.Other, exception.Message, exception.Status.Describe(),
                $"see what the driver logged, and whether {_document.Nic} is a card that it is for")
            : new AllocationFailure(FailureKind.Other,
                $"{what} {refused.Failure!.Reason}",
                refused.Failure.Limit,
                // A machine's RAM is what it is told to be; of all other memory the failure itself knows more.
                request.Machine != MachineKind.Qemu || request.Noncached != Caching.Coherent ? refused.Failure.Remedy : $"nonpaged run {request.DriverFile ?? $"--driver {_document.Driver}"} --nic {_document.Nic} --ram {MoreRam >> 20}M");
    }

    private ulong MoreRam => Math.Max(new RunRequest().Ram, request.Ram > ulong.MaxValue / 2 ? request.Ram : 2 * request.Ram);
}

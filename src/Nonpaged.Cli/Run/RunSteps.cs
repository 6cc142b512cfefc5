using System.Diagnostics;
using Nonpaged.Machines;
using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>The steps that runs have in common, and the frames of the adapters that were halted.</summary>
internal sealed class RunSteps(Screen screen, RunPrinter printer, RunRequest request, Interruption interruption)
{
    /// <summary>What lies over an adapter that is started.</summary>
    public DriverStack? Stack { get; set; }

    /// <summary>Who was bound to whom.</summary>
    public IReadOnlyList<StackDocument> Bound { get; private set; } = [];

    /// <summary>Of all adapters, where there are two.</summary>
    public FramesDocument Frames { get; private set; } = RunDocument.Empty.Frames;

    /// <summary>
    /// Does a part that cannot be interrupted itself; an interruption takes effect when it is done, and what it made is ended.
    /// </summary>
    public async Task<T> StageAsync<T>(string what, Func<T> work)
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

    /// <summary>
    /// Starts an adapter, and puts over it what is to be over it. Returns the highest adapter then, and how long that took.
    /// </summary>
    public async Task<(Adapter Adapter, TimeSpan Time)> StartAsync(
        string what, NdisInstance instance, MiniportDriver driver, MachineDevice device)
    {
        long start = Stopwatch.GetTimestamp();
        Adapter adapter = await StageAsync(what, () =>
        {
            Adapter lowest = instance.StartAdapter(driver, device, Settings(driver, device));
            return Stack?.Build(lowest) ?? lowest;
        });
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Bound = Stack?.Describe() ?? [];
        printer.ShowStack(Bound);
        if (request.Suspend) await SuspendAsync(adapter);
        return (adapter, time);
    }

    private async Task SuspendAsync(Adapter adapter)
    {
        try
        {
            await StageAsync("suspending and resuming", () =>
            {
                Stack!.Sleep();
                return true;
            });
        }
        catch
        {
            await HaltAsync(adapter);
            throw;
        }
    }

    public async Task HaltAsync(Adapter adapter)
    {
        // Not a stage: an interruption must not keep the adapter from being halted.
        await Waiting.WhileAsync(screen, "halting the adapter", _ => Task.Run(() =>
        {
            if (Stack is { } stack) stack.End(adapter);
            else adapter.Halt();
            return true;
        }));
        Frames = new FramesDocument(
            Frames.Sent + adapter.FramesSent, Frames.Received + adapter.FramesReceived, Frames.Bad + adapter.FramesBad);
    }

    /// <summary>
    /// Keeps an adapter for the time that was asked for. To end it by a signal is what a person is meant to do, and no failure.
    /// </summary>
    public async Task HoldAsync(Adapter adapter, CancellationToken ended)
    {
        if (request.Hold == TimeSpan.Zero) return;
        await Waiting.HoldAsync(screen, $"holding the adapter for {request.Hold.TotalSeconds:0} s (Ctrl+C halts it)", async () =>
        {
            // A driver may remove its own adapter.
            Task first = await Task.WhenAny(Task.Delay(request.Hold, ended), adapter.Halted);
            if (!interruption.Happened) await first;
            return true;
        });
    }

    /// <summary>
    /// Waits while an adapter is used, until that is over. A signal, which is what a person is meant to end it by, is no failure.
    /// </summary>
    /// <exception cref="CommandException">The machine or the driver ended the adapter before, or the use failed.</exception>
    public async Task UseAsync(string what, Machine machine, Adapter adapter, Func<CancellationToken, Task> use)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
        using var watch = new MachineWatch(machine, ended);
        await Waiting.HoldAsync(screen, what, async () =>
        {
            Task used = use(ended.Token);
            // A driver may remove its own adapter.
            if (await Task.WhenAny(used, adapter.Halted) != used) await ended.CancelAsync();
            try
            {
                await used;
            }
            catch (OperationCanceledException)
            {
                // A signal, or the end of the adapter.
            }

            return true;
        });
        if (WasTakenAway(machine, adapter)) throw TakenAway(machine);
    }

    /// <summary>Shows the map of the pool, and saves it, where that is asked for.</summary>
    public void ShowMap(NonpagedPool pool)
    {
        if (!request.Map.IsWanted) return;
        var shown = MapPool.From(pool.GetMap(), MapAddresses.Machine);
        printer.ShowMap(shown, request);
        request.Map.Save(shown);
    }

    /// <summary>The machine or the driver ended the adapter, and not the user.</summary>
    public bool WasTakenAway(Machine machine, Adapter adapter) =>
        !interruption.Happened && (machine.Gone.IsCompleted || adapter.State is AdapterState.Halting or AdapterState.Halted);

    public static CommandException TakenAway(Machine machine)
    {
        string why = machine.Gone.IsCompleted ? machine.Gone.Result : "The driver halted the adapter: see its reports.";
        return new CommandException(
            $"The network card went away. {why}", "the life of the machine and of its driver", "run it again", FailureKind.Other);
    }

    /// <summary>
    /// A card of the ISA bus cannot be asked for its ports and interrupt: the driver's INF file sets them, unless --set
    /// does.
    /// </summary>
    private Dictionary<string, string> Settings(MiniportDriver driver, MachineDevice device)
    {
        Dictionary<string, string> settings = request.Settings.Of(driver.Name);
        if (device is IsaDevice isa)
        {
            settings.TryAdd("IoBaseAddress", $"0x{isa.FirstPort:x}");
            settings.TryAdd("InterruptNumber", $"0x{isa.InterruptVector:x}");
        }

        return settings;
    }
}

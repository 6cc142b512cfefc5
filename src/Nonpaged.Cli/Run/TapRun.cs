using Nonpaged.Machines;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

/// <summary>Each adapter is a network interface of the kernel, until the user or the machine ends it (--tap).</summary>
internal sealed class TapRun(RunSteps steps, Screen screen, RunPrinter printer, RunRequest request, Interruption interruption)
    : IAdapterRun, IDisposable
{
    private readonly List<TapInterface> _taps = [];
    private IReadOnlyList<TapDocument> _documents = [];

    /// <summary>Makes the interfaces, first of all: what the kernel refuses is told before anything is started.</summary>
    public void Open()
    {
        foreach (string name in request.Taps) _taps.Add(TapInterface.Open(name));
    }

    public async Task RunAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver)
    {
        var adapters = new List<Adapter>();
        using var door = DeviceDoor.Open(request.Access, instance);
        try
        {
            foreach (TapInterface tap in _taps) tap.Register(instance);
            foreach (TapInterface tap in _taps)
            {
                MachineDevice? device = adapters.Count == 0 ? machine.Nic : machine.Peer;
                (Adapter adapter, TimeSpan time) = await steps.StartAsync(
                    $"starting the driver {driver.Name}", instance, driver, device!);
                adapters.Add(adapter);
                printer.ShowDriver(adapter, time, request);
                tap.Bind(adapter);
                printer.ShowTap(tap, adapter);
            }

            printer.ShowAllocations(instance.Allocations);
            steps.ShowMap(instance.Pool);
            await HoldTapsAsync(machine, adapters, door);
        }
        finally
        {
            door?.Dispose();
            foreach (TapInterface tap in _taps) tap.Close();
            foreach (Adapter adapter in adapters) await steps.HaltAsync(adapter);
            // What the adapters still had has come back.
            foreach (TapInterface tap in _taps) tap.Dispose();
            _documents = [.. _taps.Select((tap, index) => TapDocument.From(tap, adapters.ElementAtOrDefault(index)?.MacAddress))];
            foreach (TapDocument tap in _documents) printer.ShowTapEnd(tap);
        }
    }

    public RunDocument AddTo(RunDocument document) => document with { Taps = _documents };

    public void Dispose()
    {
        foreach (TapInterface tap in _taps) tap.Dispose();
    }

    private async Task HoldTapsAsync(RunMachine machine, List<Adapter> adapters, DeviceDoor? door)
    {
        string names = string.Join(" and ", _taps.Select(tap => tap.Name));
        string time = request.Hold == Timeout.InfiniteTimeSpan ? "" : $" for {request.Hold.TotalSeconds:0} s";
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
        Task over = door?.UseAsync(request.Hold, ended.Token) ?? Task.Delay(request.Hold, ended.Token);
        Task first = await Waiting.HoldAsync(screen, $"holding {names}{time} (Ctrl+C ends it)", () =>
            Task.WhenAny(
                [over, machine.Machine.Gone, .. adapters.Select(adapter => adapter.Halted), .. _taps.Select(tap => tap.Lost)]));
        await ended.CancelAsync();
        // To end it by a signal is what a person is meant to do, and no failure.
        if (first == over)
        {
            if (over.IsFaulted) await over;
            return;
        }

        if (_taps.FirstOrDefault(tap => tap.Lost.IsCompleted) is { } lost) throw await lost.Lost;
        throw RunSteps.TakenAway(machine.Machine);
    }
}

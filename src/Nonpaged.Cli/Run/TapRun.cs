using System.Diagnostics;
using Nonpaged.Machines;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

internal sealed partial class RunSession
{
    private readonly List<TapInterface> _taps = [];

    /// <summary>First of all: what the kernel refuses is told before anything is started.</summary>
    private void OpenTaps()
    {
        foreach (string name in request.Taps) _taps.Add(TapInterface.Open(name));
    }

    /// <summary>Each adapter is a network interface of the kernel, until the user or the machine ends it.</summary>
    private async Task ServeTapsAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver)
    {
        var adapters = new List<Adapter>();
        try
        {
            foreach (TapInterface tap in _taps) tap.Register(instance);
            foreach (TapInterface tap in _taps)
            {
                MachineDevice? device = adapters.Count == 0 ? machine.Nic : machine.Peer;
                long start = Stopwatch.GetTimestamp();
                Adapter adapter = await StageAsync($"starting the driver {driver.Name}", () =>
                    StartAdapter(instance, driver, device!));
                adapters.Add(adapter);
                printer.ShowDriver(adapter, Stopwatch.GetElapsedTime(start), request);
                tap.Bind(adapter);
                printer.ShowTap(tap, adapter);
            }

            printer.ShowAllocations(instance.Allocations);
            ShowMap(instance.Pool);
            await HoldTapsAsync(machine, adapters);
        }
        finally
        {
            foreach (TapInterface tap in _taps) tap.Close();
            foreach (Adapter adapter in adapters) await HaltAsync(adapter);
            // What the adapters still had has come back.
            foreach (TapInterface tap in _taps) tap.Dispose();
            _document = _document with { Taps = [.. _taps.Select((tap, index) => TapDocument.From(tap, adapters.ElementAtOrDefault(index)?.MacAddress))] };
            foreach (TapDocument tap in _document.Taps) printer.ShowTapEnd(tap);
        }
    }

    private async Task HoldTapsAsync(RunMachine machine, List<Adapter> adapters)
    {
        string names = string.Join(" and ", _taps.Select(tap => tap.Name));
        string time = request.Hold == Timeout.InfiniteTimeSpan ? "" : $" for {request.Hold.TotalSeconds:0} s";
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
        Task over = Task.Delay(request.Hold, ended.Token);
        Task first = await Waiting.HoldAsync(screen, $"holding {names}{time} (Ctrl+C ends it)", () =>
            Task.WhenAny([over, machine.Machine.Gone, .. adapters.Select(adapter => adapter.Halted), .. _taps.Select(tap => tap.Lost)]));
        await ended.CancelAsync();
        // To end it by a signal is what a person is meant to do, and no failure.
        if (first == over) return;
        if (_taps.FirstOrDefault(tap => tap.Lost.IsCompleted) is { } lost) throw await lost.Lost;
        throw TakenAway(machine.Machine);
    }
}

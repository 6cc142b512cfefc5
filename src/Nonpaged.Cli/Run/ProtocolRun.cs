using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>A protocol in C over an adapter, which does what it is for until the user or the machine ends it.</summary>
internal sealed class ProtocolRun(
    RunSteps steps, Screen screen, RunPrinter printer, RunRequest request, Interruption interruption) : IAdapterRun
{
    public async Task RunAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver)
    {
        using var door = DeviceDoor.Open(request.Access, instance);
        (Adapter adapter, TimeSpan time) = await steps.StartAsync(
            $"starting the driver {driver.Name}", instance, driver, machine.Nic);
        try
        {
            printer.ShowDriver(adapter, time, request);
            printer.ShowAllocations(instance.Allocations);
            steps.ShowMap(instance.Pool);
            if (door is not null) printer.ShowDevices(door.Path, null);
            await HoldAsync(machine, adapter, door);
            if (steps.WasTakenAway(machine.Machine, adapter)) throw RunSteps.TakenAway(machine.Machine);
        }
        finally
        {
            // Its driver gets IRP_MJ_CLOSE before it is unloaded.
            door?.Dispose();
            await steps.HaltAsync(adapter);
        }
    }

    public RunDocument AddTo(RunDocument document) => document;

    private async Task HoldAsync(RunMachine machine, Adapter adapter, DeviceDoor? door)
    {
        TimeSpan hold = request.Hold == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.Hold;
        string forHow = hold == Timeout.InfiniteTimeSpan ? "" : $" for {hold.TotalSeconds:0} s";
        string what = request.Access?.Command is { } command ? $"running {command}"
            : $"holding the protocol{forHow} (Ctrl+C ends it)";
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
        using var watch = new MachineWatch(machine.Machine, ended);
        await Waiting.HoldAsync(screen, what, async () =>
        {
            Task use = door?.UseAsync(hold, ended.Token) ?? Task.Delay(hold, ended.Token);
            if (await Task.WhenAny(use, adapter.Halted) != use) await ended.CancelAsync();
            try
            {
                await use;
            }
            catch (OperationCanceledException)
            {
                // A signal, which is what a person is meant to end it by, or the end of the adapter.
            }

            return true;
        });
    }
}

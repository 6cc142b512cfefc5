using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>A protocol in C over an adapter, which does what it is for until the user or the machine ends it.</summary>
internal sealed class ProtocolRun(RunSteps steps, Screen screen, RunPrinter printer, RunRequest request, Interruption interruption)
    : IAdapterRun
{
    public async Task RunAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver)
    {
        (Adapter adapter, TimeSpan time) = await steps.StartAsync(
            $"starting the driver {driver.Name}", instance, driver, machine.Nic);
        try
        {
            printer.ShowDriver(adapter, time, request);
            printer.ShowAllocations(instance.Allocations);
            steps.ShowMap(instance.Pool);
            TimeSpan hold = request.Hold == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.Hold;
            string forHow = hold == Timeout.InfiniteTimeSpan ? "" : $" for {hold.TotalSeconds:0} s";
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
            using var watch = new MachineWatch(machine.Machine, ended);
            await Waiting.HoldAsync(screen, $"holding the protocol{forHow} (Ctrl+C ends it)", () =>
                Task.WhenAny(Task.Delay(hold, ended.Token), adapter.Halted));
            if (steps.WasTakenAway(machine.Machine, adapter)) throw RunSteps.TakenAway(machine.Machine);
        }
        finally
        {
            await steps.HaltAsync(adapter);
        }
    }

    public RunDocument AddTo(RunDocument document) => document;
}

using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>A protocol in C over an adapter, which does what it is for until the user or the machine ends it.</summary>
internal sealed class ProtocolRun(RunSteps steps, RunPrinter printer, RunRequest request) : IAdapterRun
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
        }
        finally
        {
            // Its driver gets IRP_MJ_CLOSE before it is unloaded.
            door?.Dispose();
            await steps.HaltAsync(adapter);
        }
    }

    public RunDocument AddTo(RunDocument document) => document;

    private Task HoldAsync(RunMachine machine, Adapter adapter, DeviceDoor? door)
    {
        TimeSpan hold = request.Hold == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.Hold;
        string forHow = hold == Timeout.InfiniteTimeSpan ? "" : $" for {hold.TotalSeconds:0} s";
        string what = request.Access?.Command is { } command ? $"running {command}"
            : $"holding the protocol{forHow} (Ctrl+C ends it)";
        return steps.UseAsync(
            what, machine.Machine, adapter, ended => door?.UseAsync(hold, ended) ?? Task.Delay(hold, ended));
    }
}

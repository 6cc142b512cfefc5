using System.Diagnostics;
using Nonpaged.Machines;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

/// <summary>An adapter takes a lease, pings, and is held.</summary>
internal sealed class LeaseRun(RunSteps steps, Screen screen, RunPrinter printer, RunRequest request, Interruption interruption)
    : IAdapterRun
{
    // Each is waited for as long as a machine that gets no processor may take.
    private const int MostMissing = 3;

    // As long as QEMU's own network may take on a machine that has much else to do; one of this machine's may have a
    // switch that first learns who is there.
    private static readonly TimeSpan s_modelPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_cardPatience = TimeSpan.FromSeconds(60);

    private DhcpLease? _lease;
    private PingCount? _replies;

    public async Task RunAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver)
    {
        // Before the driver starts: where RAM is scarce, that takes what it can get.
        await using var protocol = LeaseAndPing.Register(instance);
        (Adapter adapter, TimeSpan time) = await steps.StartAsync(
            $"starting the driver {driver.Name}", instance, driver, machine.Nic);
        try
        {
            printer.ShowDriver(adapter, time, request);
            await DriveAsync(machine.Machine, instance, adapter, protocol);
        }
        finally
        {
            await steps.HaltAsync(adapter);
        }
    }

    public RunDocument AddTo(RunDocument document) => document with
    {
        Address = _lease?.Address.ToString() ?? document.Address,
        Ping = _replies?.ToDocument() ?? document.Ping,
    };

    /// <summary>
    /// What an adapter is started for: a lease, the pings, and to be held. Ends early where the user or the machine ends it.
    /// </summary>
    private async Task DriveAsync(Machine machine, NdisInstance instance, Adapter adapter, LeaseAndPing registered)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
        using var watch = new MachineWatch(machine, ended);
        try
        {
            // The lease is given back while the adapter still runs.
            await using LeaseAndPing protocol = registered;
            await protocol.BindAsync(adapter, ended.Token);
            printer.ShowAllocations(instance.Allocations);
            try
            {
                await LeaseAsync(protocol, ended.Token);
                await PingAsync(protocol, ended.Token);
            }
            finally
            {
                // All that the driver and the protocol asked for, and before any of it is given back.
                steps.ShowMap(instance.Pool);
            }

            await steps.HoldAsync(adapter, ended.Token);
            if (steps.WasTakenAway(machine, adapter)) throw RunSteps.TakenAway(machine);
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or InvalidOperationException or AdapterException
            && steps.WasTakenAway(machine, adapter))
        {
            throw RunSteps.TakenAway(machine);
        }
        catch (TimeoutException exception)
        {
            throw new CommandException(
                exception.Message,
                "the time that is given for an answer",
                "look at the traffic: nonpaged run --pcap run.pcap, then tshark -r run.pcap",
                FailureKind.Other);
        }
    }

    private async Task LeaseAsync(LeaseAndPing protocol, CancellationToken ended)
    {
        TimeSpan patience = request.Machine == MachineKind.Qemu ? s_modelPatience : s_cardPatience;
        long start = Stopwatch.GetTimestamp();
        DhcpLease lease = await Waiting.WhileAsync(
            screen, "asking for a lease (DHCP)", _ => protocol.AcquireAsync(patience, ended),
            $"no server has answered; it gives up after {patience.TotalSeconds:0} s");
        _lease = lease;
        printer.ShowLease(lease, Stopwatch.GetElapsedTime(start));
    }

    private async Task PingAsync(LeaseAndPing protocol, CancellationToken ended)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var replies = new PingCount(protocol.Lease!.Router ?? protocol.Lease.Server);
        // Also what was done until an interruption counts.
        _replies = replies;
        try
        {
            PingResult result = await Waiting.WhileAsync(screen, $"pinging {replies.Target}", show =>
            {
                replies.Counted = (sent, received) =>
                {
                    show($"pinging {replies.Target}: {received} of {sent} answered, {request.Count - sent} to go");
                    if (replies.Missing == MostMissing) enough.Cancel();
                };
                return protocol.PingAsync(replies.Target, request.Count, replies, enough.Token);
            });
            printer.ShowPings(result);
        }
        catch (OperationCanceledException) when (replies.Missing == MostMissing && !ended.IsCancellationRequested)
        {
            screen.Say($"no answer to {MostMissing} pings in a row: the others are not sent");
        }
    }
}

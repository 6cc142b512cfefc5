using System.Diagnostics;
using Nonpaged.Machines;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

internal sealed partial class RunSession
{
    // Each is waited for as long as a machine that gets no processor may take.
    private const int MostMissing = 3;

    /// <summary>What an adapter is started for: a lease, the pings, and to be held. Ends early where the user or the machine ends it.</summary>
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
                ShowMap(instance.Pool);
            }

            await HoldAsync(adapter, ended.Token);
            if (WasTakenAway(machine, adapter)) throw TakenAway(machine);
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException or AdapterException && WasTakenAway(machine, adapter))
        {
            throw TakenAway(machine);
        }
        catch (TimeoutException exception)
        {
            throw new CommandException(
                exception.Message, "the time that is given for an answer", "look at the traffic: nonpaged run --pcap run.pcap, then tshark -r run.pcap",
                FailureKind.Other);
        }
    }

    private void ShowMap(NonpagedPool pool)
    {
        if (!request.Map.IsWanted) return;
        var shown = MapPool.From(pool.GetMap(), MapAddresses.Machine);
        printer.ShowMap(shown, request);
        request.Map.Save(shown);
    }

    private static CommandException TakenAway(Machine machine)
    {
        string why = machine.Gone.IsCompleted ? machine.Gone.Result : "The driver halted the adapter: see its reports.";
        return new CommandException(
            $"The network card went away. {why}", "the life of the machine and of its driver", "run it again", FailureKind.Other);
    }

    private bool WasTakenAway(Machine machine, Adapter adapter) =>
        !interruption.Happened && (machine.Gone.IsCompleted || adapter.State is AdapterState.Halting or AdapterState.Halted);

    private async Task LeaseAsync(LeaseAndPing protocol, CancellationToken ended)
    {
        TimeSpan patience = request.Machine == MachineKind.Qemu ? s_modelPatience : s_cardPatience;
        long start = Stopwatch.GetTimestamp();
        DhcpLease lease = await Waiting.WhileAsync(
            screen, "asking for a lease (DHCP)", _ => protocol.AcquireAsync(patience, ended),
            $"no server has answered; it gives up after {patience.TotalSeconds:0} s");
        _document = _document with { Address = lease.Address.ToString() };
        printer.ShowLease(lease, Stopwatch.GetElapsedTime(start));
    }

    private async Task PingAsync(LeaseAndPing protocol, CancellationToken ended)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var replies = new PingCount(protocol.Lease!.Router ?? protocol.Lease.Server);
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
        finally
        {
            // Also what was done until an interruption.
            _document = _document with { Ping = replies.ToDocument() };
        }
    }

    /// <summary>To end it by a signal is what a person is meant to do, and no failure.</summary>
    private async Task HoldAsync(Adapter adapter, CancellationToken ended)
    {
        if (request.Hold == TimeSpan.Zero) return;
        await Waiting.HoldAsync(screen, $"holding the adapter for {request.Hold.TotalSeconds:0} s (Ctrl+C halts it)",
            async () =>
        {
            // A driver may remove its own adapter.
            Task first = await Task.WhenAny(Task.Delay(request.Hold, ended), adapter.Halted);
            if (!interruption.Happened) await first;
            return true;
        });
    }
}

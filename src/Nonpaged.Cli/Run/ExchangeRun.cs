using System.Diagnostics;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

internal sealed partial class RunSession
{
    private static void RequireAddress(Adapter adapter)
    {
        if (adapter.MacAddress is not null) return;
        throw new CommandException(
            $"{adapter.Name} does not answer OID_802_3_CURRENT_ADDRESS, so that no frame can be sent to it.",
            "an Ethernet address of six bytes",
            "answer the OID in MiniportQueryInformation; --trace shows what the driver does", FailureKind.Other);
    }

    /// <summary>Two adapters of one machine exchange frames.</summary>
    private async Task ExchangeAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver)
    {
        using FrameExchange exchange = FrameExchange.Register(instance);
        long start = Stopwatch.GetTimestamp();
        Adapter from = await StageAsync($"starting the driver {driver.Name}", () =>
            StartAdapter(instance, driver, machine.Nic));
        try
        {
            printer.ShowDriver(from, Stopwatch.GetElapsedTime(start), request);
            Adapter to = await StageAsync("starting its peer", () => StartAdapter(instance, driver, machine.Peer!));
            try
            {
                RequireAddress(from);
                RequireAddress(to);
                FrameExchangeResult result = await Waiting.WhileAsync(
                    screen, $"exchanging {request.Frames} frames", _ => Task.Run(() => exchange.Run(from, to, request.Frames, request.Length, interruption.Token)));
                _document = _document with { Peer = PeerDocument.From(result) };
                printer.ShowExchange(result);
                interruption.Token.ThrowIfCancellationRequested();
            }
            catch (Exception exception) when (exception is InvalidOperationException or AdapterException && (WasTakenAway(machine.Machine, from) || WasTakenAway(machine.Machine, to)))
            {
                throw TakenAway(machine.Machine);
            }
            finally
            {
                // The protocol closes its bindings first.
                exchange.Dispose();
                await HaltAsync(to);
            }
        }
        finally
        {
            exchange.Dispose();
            await HaltAsync(from);
        }
    }
}

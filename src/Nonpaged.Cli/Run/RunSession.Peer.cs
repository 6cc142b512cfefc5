using System.Diagnostics;
using Nonpaged.Ndis;

namespace Nonpaged.Cli;

internal sealed partial class RunSession
{
    /// <summary>Two adapters of one machine exchange frames.</summary>
    private async Task ExchangeAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver)
    {
        using FrameExchange exchange = FrameExchange.Register(instance);
        long start = Stopwatch.GetTimestamp();
        Adapter from = await StageAsync($"starting the driver {driver.Name}", () => StartAdapter(instance, driver, machine.Nic));
        try
        {
            printer.ShowDriver(from, Stopwatch.GetElapsedTime(start), request);
            Adapter to = await StageAsync("starting its peer", () => StartAdapter(instance, driver, machine.Peer!));
            try
            {
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

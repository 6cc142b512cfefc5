using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

/// <summary>Two adapters of one machine exchange frames (--peer).</summary>
internal sealed class ExchangeRun(
    RunSteps steps, Screen screen, RunPrinter printer, RunRequest request, Interruption interruption) : IAdapterRun
{
    private FrameExchangeResult? _result;

    public async Task RunAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver)
    {
        using var exchange = FrameExchange.Register(instance);
        (Adapter from, TimeSpan time) = await steps.StartAsync(
            $"starting the driver {driver.Name}", instance, driver, machine.Nic);
        try
        {
            printer.ShowDriver(from, time, request);
            (Adapter to, _) = await steps.StartAsync("starting its peer", instance, driver, machine.Peer!);
            try
            {
                RequireAddress(from);
                RequireAddress(to);
                FrameExchangeResult result = await Waiting.WhileAsync(
                    screen,
                    $"exchanging {request.Frames} frames",
                    _ => Task.Run(() => exchange.Run(from, to, request.Frames, request.Length, interruption.Token)));
                _result = result;
                printer.ShowExchange(result);
                interruption.Token.ThrowIfCancellationRequested();
            }
            catch (Exception exception) when (
                exception is InvalidOperationException or AdapterException
                && (steps.WasTakenAway(machine.Machine, from) || steps.WasTakenAway(machine.Machine, to)))
            {
                throw RunSteps.TakenAway(machine.Machine);
            }
            finally
            {
                // The protocol closes its bindings first.
                exchange.Dispose();
                await steps.HaltAsync(to);
            }
        }
        finally
        {
            exchange.Dispose();
            await steps.HaltAsync(from);
        }
    }

    public RunDocument AddTo(RunDocument document) =>
        _result is null ? document : document with { Peer = PeerDocument.From(_result) };

    private static void RequireAddress(Adapter adapter)
    {
        if (adapter.MacAddress is not null) return;
        throw new CommandException(
            $"{adapter.Name} does not answer OID_802_3_CURRENT_ADDRESS, so that no frame can be sent to it.",
            "an Ethernet address of six bytes",
            "answer the OID in MiniportQueryInformation; --trace shows what the driver does", FailureKind.Other);
    }
}

using System.Net;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

/// <summary>
/// An adapter is held while programs use its driver's devices (--devices, --exec). Above a virtual miniport a protocol answers
/// ARP and ICMP echo.
/// </summary>
internal sealed class DeviceRun(RunSteps steps, RunPrinter printer, RunRequest request) : IAdapterRun
{
    // As the gateway of QEMU's network, which cards have in its place.
    private static readonly IPAddress s_responder = new([10, 0, 2, 2]);

    public async Task RunAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver)
    {
        using DeviceDoor door = DeviceDoor.Open(request.Access, instance)!;
        using EchoResponder? responder = request.IsVirtual ? EchoResponder.Register(instance, s_responder) : null;
        using AdapterSurvey? survey = request.IsVirtual ? null : AdapterSurvey.Register(instance);
        (Adapter adapter, TimeSpan time) = await steps.StartAsync(
            $"starting the driver {driver.Name}", instance, driver, machine.Nic);
        try
        {
            printer.ShowDriver(adapter, time, request);
            responder?.Open(adapter);
            survey?.Open(adapter);
            if (survey is not null) await steps.StageAsync("asking the driver for its OIDs", survey.Ask);
            printer.ShowAllocations(instance.Allocations);
            printer.ShowDevices(door.Path, responder?.Address);
            await HoldAsync(machine, adapter, door);
            steps.ShowMap(instance.Pool);
        }
        catch (TimeoutException exception)
        {
            throw new CommandException(exception.Message, "the time that is given for an answer",
                $"nonpaged run {request.DriverFile} --nic {request.Nic} --trace", FailureKind.Other);
        }
        finally
        {
            // Its driver gets IRP_MJ_CLOSE before it is halted.
            door.Dispose();
            responder?.Dispose();
            survey?.Dispose();
            await steps.HaltAsync(adapter);
        }
    }

    public RunDocument AddTo(RunDocument document) => document;

    private Task HoldAsync(RunMachine machine, Adapter adapter, DeviceDoor door)
    {
        string what = request.Access!.Command is { } command ? $"running {command}"
            : $"serving devices at {door.Path} (Ctrl+C ends it)";
        return steps.UseAsync(what, machine.Machine, adapter, ended => door.UseAsync(request.Hold, ended));
    }
}

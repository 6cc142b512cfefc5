using System.CommandLine;
using Nonpaged.Machines;
using Nonpaged.Machines.Vfio;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged bind</c> and <c>unbind</c>: give cards of this machine to VFIO, and back to the kernel.</summary>
internal static class BindCommand
{
    public static Command CreateBind(Screen screen) => Create(
        screen, "bind",
        "Take cards of this machine from the kernel, so that a driver here can have them. unbind gives them back.",
        new HelpExample("nonpaged bind 0000:00:04.0", "Give a card to VFIO"),
        (binding, functions, address) =>
        {
            PciFunction before = binding.Bind(address);
            return new BindingDocument(before.Address, before.Driver, functions.Find(address).Driver, before.Group);
        });

    public static Command CreateUnbind(Screen screen) => Create(
        screen, "unbind", "Give cards of this machine back to the kernel and its own driver.",
        new HelpExample("nonpaged unbind 0000:00:04.0", "Give a card back"),
        (binding, functions, address) =>
        {
            PciFunction before = functions.Find(address);
            PciFunction after = binding.Unbind(address);
            return new BindingDocument(after.Address, before.Driver, after.Driver, after.Group);
        });

    private static CliCommand Create(
        Screen screen, string name, string description, HelpExample example,
        Func<VfioBinding, PciFunctions, string, BindingDocument> change)
    {
        var devices = new Argument<string[]>("DEVICE")
        { Description = "PCI addresses, as 'nonpaged devices' shows them: 0000:00:04.0.", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = Options.Json();
        var command = new CliCommand(name, description, example) { devices, json };
        command.SetAction(parsed =>
        {
            var done = new List<BindingDocument>();
            AllocationFailure? failure = null;
            try
            {
                foreach (string address in parsed.GetValue(devices) ?? [])
                    done.Add(change(new VfioBinding(), new PciFunctions(), address));
            }
            catch (MachineException exception)
            {
                failure = new AllocationFailure(FailureKind.Other, exception.Reason, "a card of this machine", exception.Remedy);
            }

            Print(screen, new BindingsDocument(done, FailureDocument.From(failure)), parsed.GetValue(json));
            return failure is null ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static void Print(Screen screen, BindingsDocument document, bool isJson)
    {
        if (isJson)
        {
            screen.WriteWhole(CliJson.Write(document));
            return;
        }

        foreach (BindingDocument device in document.Devices)
        {
            string driver = device.Driver ?? "no driver";
            screen.WriteWhole(device.Before == device.Driver
                ? $"{device.Address}  {driver}, as before"
                : $"{device.Address}  {driver}, "
                    + $"before that {device.Before ?? "no driver"}{(device.Group is { } group ? $"; group {group}" : "")}");
        }

        if (document.Failure is { } failure) FailurePrinter.Print(screen, failure);
    }
}

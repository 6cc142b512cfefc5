using Nonpaged.Machines;
using Nonpaged.Machines.Qemu;
using Nonpaged.Machines.Sysfs;
using Nonpaged.Machines.Vfio;

namespace Nonpaged.Cli;

/// <summary>Starts the machine that a run was asked to use.</summary>
internal static class MachineChoice
{
    /// <exception cref="Nonpaged.Machines.MachineException">It cannot be started, and why.</exception>
    /// <exception cref="CommandException">The request and the machine do not go together.</exception>
    public static RunMachine Start(RunRequest request, string nic) => request.Machine switch
    {
        MachineKind.Qemu => StartQemu(request, nic),
        MachineKind.Vfio => StartVfio(request),
        MachineKind.Sysfs => StartSysfs(request),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.Machine, "There is no such machine."),
    };

    private static RunMachine StartVfio(RunRequest request)
    {
        var machine = VfioMachine.Open(new VfioOptions { Devices = request.Devices, Interrupt = request.Interrupt });
        string interrupts = machine.GetInterruptKind(machine.PciDevices[0]) is { } kind
            ? $"interrupts by {kind}"
            : "no interrupts";
        string faults = machine.TellsFaults ? "" : "; faults of DMA are not told, since the kernel's log may not be read";
        return new RunMachine(
            machine, machine.PciDevices[0], machine.PciDevices.ElementAtOrDefault(1),
            $"memory of this machine behind its IOMMU, {interrupts}{faults}");
    }

    private static RunMachine StartSysfs(RunRequest request)
    {
        var machine = SysfsMachine.Open(new SysfsOptions { Devices = request.Devices, Regions = request.Regions });
        return new RunMachine(
            machine, machine.PciDevices[0], machine.PciDevices.ElementAtOrDefault(1),
            "memory of this machine by its physical addresses",
            "nothing keeps the card from memory that is not its own: a wrong address is written to, whosever memory that is");
    }

    private static RunMachine StartQemu(RunRequest request, string nic)
    {
        var machine = QemuMachine.Start(new QemuOptions
        {
            NicModel = request.IsVirtual ? null : nic,
            NicProperties = request.NicProperties,
            RamBytes = request.Ram,
            PcapFile = request.Pcap,
            Peer = request.Peer,
        });
        MachineDevice card = request.IsVirtual ? new VirtualDevice() : machine.IsaNic ?? (MachineDevice)machine.Nic;
        return new RunMachine(machine, card, machine.PeerNic, $"{Size.Format(request.Ram)} of RAM");
    }
}

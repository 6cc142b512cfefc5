using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli;

/// <summary>Starts the machine that a run was asked to use.</summary>
internal static class MachineChoice
{
    /// <exception cref="Nonpaged.Machines.MachineException">It cannot be started, and why.</exception>
    /// <exception cref="CommandException">The request and the machine do not go together.</exception>
    public static RunMachine Start(RunRequest request, string nic) => request.Machine switch
    {
        MachineKind.Qemu => StartQemu(request, nic),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.Machine, "There is no such machine."),
    };

    private static RunMachine StartQemu(RunRequest request, string nic)
    {
        QemuMachine machine = QemuMachine.Start(new QemuOptions
        {
            NicModel = nic,
            RamBytes = request.Ram,
            PcapFile = request.Pcap,
            Peer = request.Peer,
        });
        return new RunMachine(machine, machine.Nic, machine.PeerNic, $"{Size.Format(request.Ram)} of RAM");
    }
}

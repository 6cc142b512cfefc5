using Nonpaged.Machines.Pci;

namespace Nonpaged.Machines.Qemu;

public sealed partial class QemuMachine
{
    // What q35 leaves to PCI: ports above the fixed ones of its chipset, and memory below the I/O APIC at 0xfec00000.
    private const uint FirstPort = 0xc000;
    private const uint EndOfPorts = 0x1_0000;
    private const uint FirstAddress = 0xe000_0000;
    private const uint EndOfAddresses = 0xfec0_0000;

    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Starts the machine: about 0.05 s. Base address registers and interrupt lines are assigned; bus mastering is off until the
    /// driver's side turns it on.
    /// </summary>
    /// <exception cref="MachineException">QEMU is missing, refuses an option (its own words are passed on), or does not
    /// answer.</exception>
    /// <exception cref="ArgumentException">An option that no QEMU takes: see <see cref="QemuOptions"/>.</exception>
    public static QemuMachine Start(QemuOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var arguments = QemuArguments.Create(options);
        var program = QemuProbe.Choose(options.Program);

        var ram = QemuRam.Create(options.RamBytes);
        QemuProcess process;
        try
        {
            using var halt = HaltImage.Create();
            process = QemuProcess.Start(program, arguments, ram, halt);
        }
        catch
        {
            ram.Dispose();
            throw;
        }

        var machine = new QemuMachine(options, ram, process);
        try
        {
            machine.BringUp(program, options);
            return machine;
        }
        catch
        {
            machine.Dispose();
            throw;
        }
    }

    private void BringUp(string program, QemuOptions options)
    {
        try
        {
            if (!_client.InterceptInterrupts(s_startLimit)) throw NotStarted(program, options);
        }
        catch (TimeoutException exception)
        {
            throw new MachineException(
                $"QEMU ({program}) did not answer within {s_startLimit.TotalSeconds:0} s. {_process.StandardError}",
                "Look whether the machine is overloaded, and try again.", exception);
        }

        ProcessId = _process.ReadQemuId() ?? throw NotStarted(program, options);
        var resources = new PciResources(FirstPort, EndOfPorts, FirstAddress, EndOfAddresses);
        _pciDevices = new PciBus(new PciConfiguration(_ports), resources, Route).Enumerate().AsReadOnly();
        // What is asked after the end is answered with all ones, and looks like a machine without devices.
        if (_client.IsGone) throw NotStarted(program, options);
    }

    private MachineException NotStarted(string program, QemuOptions options)
    {
        // The end of the connection has been seen, so this does not take long.
        var how = _client.Gone.GetAwaiter().GetResult();
        var models = QemuProbe.ListNicModels(program);
        var remedy = (options.NicModel, options.NicProperties.Count) switch
        {
            ({ } model, _) when models.Count > 0 && !models.Contains(model) =>
                $"Choose one of the NIC models that this QEMU has: {string.Join(", ", models)}.",
            ({ } model, > 0) => $"{program} -device {model},help",
            _ => "Correct what QEMU complains about.",
        };
        return new MachineException($"QEMU ({program}) did not start. {how}", remedy);
    }

    // ICH9 data sheet, section 10.1 (chipset configuration, DxxIR): the pins of slots below 25 go to PIRQE-PIRQH in turn, as q35
    // has it (hw/isa/lpc_ich9.c); those of the chipset's own functions to PIRQA-PIRQD by their reset value. PIRQA is input 16.
    private static uint Route(PciLocation location, int pin)
    {
        const uint pirqA = 16;
        const byte firstChipsetSlot = 25;
        return location.Device < firstChipsetSlot ? pirqA + 4 + (uint)((location.Device + pin) % 4) : pirqA + (uint)pin;
    }
}

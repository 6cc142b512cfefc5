using Nonpaged.Machines.Pci;

namespace Nonpaged.Machines.Qemu;

/// <summary>How the q35 machine gives ports, addresses and interrupt inputs to PCI.</summary>
internal static class Q35
{
    /// <summary>The I/O APIC has 24 inputs (hw/i386/pc_q35.c; ICH9 data sheet, section 5.9).</summary>
    public const int InterruptInputs = 24;

    // What is left to PCI: ports above the fixed ones of the chipset, and memory below the I/O APIC at 0xfec00000.
    private const uint FirstPort = 0xc000;
    private const uint EndOfPorts = 0x1_0000;
    private const uint FirstAddress = 0xe000_0000;
    private const uint EndOfAddresses = 0xfec0_0000;

    /// <summary>Assigns all devices what they need.</summary>
    public static IReadOnlyList<PciDevice> Enumerate(PortSpace ports)
    {
        var resources = new PciResources(FirstPort, EndOfPorts, FirstAddress, EndOfAddresses);
        return new PciBus(new PciConfiguration(ports), resources, Route).Enumerate().AsReadOnly();
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

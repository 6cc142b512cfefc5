namespace Nonpaged.Machines.Pci;

/// <summary>
/// Finds the functions of bus 0, sizes and assigns their base address registers, and lets them answer (PCI Local Bus 3.0,
/// sections 6.1 and 6.2.5.1). Bus mastering stays off: it is the driver's to allow.
/// </summary>
internal sealed class PciBus(PciConfiguration configuration, PciResources resources, Func<PciLocation, int, uint> route)
{
    private const int DevicesPerBus = 32;
    private const int FunctionsPerDevice = 8;
    private const int BaseAddressRegisters = 6;
    private const byte MultiFunction = 0x80;
    private const uint IsPort = 0x1;
    private const uint MemoryType = 0x6;
    private const uint Memory64 = 0x4;

    public List<PciDevice> Enumerate()
    {
        var found = new List<PciDevice>();
        for (byte device = 0; device < DevicesPerBus; device++)
        {
            var first = new PciLocation(0, device, 0);
            if (configuration.ReadUInt16(first, PciRegister.VendorId) == PciRegister.NoVendor) continue;

            bool several = (configuration.ReadByte(first, PciRegister.HeaderType) & MultiFunction) != 0;
            for (byte function = 0; function < (several ? FunctionsPerDevice : 1); function++)
            {
                PciLocation location = first with { Function = function };
                ushort vendor = configuration.ReadUInt16(location, PciRegister.VendorId);
                if (vendor != PciRegister.NoVendor) found.Add(SetUp(location, vendor));
            }
        }

        return found;
    }

    private ConfiguredPciDevice SetUp(PciLocation location, ushort vendor)
    {
        bool isOrdinary = (configuration.ReadByte(location, PciRegister.HeaderType) & ~MultiFunction) == 0;
        List<PciBar> bars = isOrdinary ? AssignBars(location) : [];
        uint? vector = RouteInterrupt(location);

        ushort command = configuration.ReadUInt16(location, PciRegister.Command);
        if (bars.Exists(static bar => bar.IsPort)) command |= PciRegister.CommandIoSpace;
        if (bars.Exists(static bar => !bar.IsPort)) command |= PciRegister.CommandMemorySpace;
        configuration.WriteUInt16(location, PciRegister.Command, command);

        ushort device = configuration.ReadUInt16(location, PciRegister.DeviceId);
        return new ConfiguredPciDevice(configuration, location, vendor, device, bars, vector);
    }

    private List<PciBar> AssignBars(PciLocation location)
    {
        var bars = new List<PciBar>();
        for (int index = 0; index < BaseAddressRegisters; index++)
        {
            int offset = PciRegister.BaseAddress0 + (4 * index);
            configuration.WriteUInt32(location, offset, uint.MaxValue);
            uint mask = configuration.ReadUInt32(location, offset);
            if (mask == 0) continue;

            if ((mask & IsPort) != 0)
            {
                // The upper half of the mask may be hardwired to 0: there are only 64 Ki ports.
                uint ports = (~(mask & ~3u) + 1) & 0xffff;
                uint port = resources.TakePorts(ports);
                configuration.WriteUInt32(location, offset, port);
                bars.Add(new PciBar(index, IsPort: true, port, ports));
                continue;
            }

            uint length = ~(mask & ~0xfu) + 1;
            bool is64Bit = (mask & MemoryType) == Memory64;
            if (is64Bit) ClearUpperHalf(location, offset + 4);
            uint address = resources.TakeAddresses(length);
            configuration.WriteUInt32(location, offset, address);
            bars.Add(new PciBar(index, IsPort: false, address, length));
            if (is64Bit) index++;
        }

        return bars;
    }

    private void ClearUpperHalf(PciLocation location, int offset)
    {
        configuration.WriteUInt32(location, offset, uint.MaxValue);
        if (configuration.ReadUInt32(location, offset) != uint.MaxValue)
        {
            throw new MachineException(
                $"The PCI function {location} asks for 4 GiB of addresses or more.", "Choose another NIC model.");
        }

        configuration.WriteUInt32(location, offset, 0);
    }

    private uint? RouteInterrupt(PciLocation location)
    {
        // 0 is none, 1 to 4 are INTA to INTD (section 6.2.4).
        byte pin = configuration.ReadByte(location, PciRegister.InterruptPin);
        if (pin is 0 or > 4) return null;

        uint vector = route(location, pin - 1);
        configuration.WriteByte(location, PciRegister.InterruptLine, (byte)vector);
        return vector;
    }
}

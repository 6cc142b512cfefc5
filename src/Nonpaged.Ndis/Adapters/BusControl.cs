using System.Buffers.Binary;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>What an adapter's device may do on its bus, and whether it is still there.</summary>
internal sealed class BusControl(Machine machine, MachineDevice device)
{
    // PCI Local Bus Specification, section 6.1: the vendor identification that no device has. A function that does not answer
    // reads as all ones.
    private const ushort NobodyThere = 0xffff;

    /// <summary>The driver asked for the bus master bit in NdisMSetAttributes.</summary>
    public bool IsBusMaster { get; private set; }

    /// <summary>
    /// The device may write to memory: it was made a bus master, by the driver's attributes or by its own write to the command
    /// register. Others act on the ports alone, and what is written to these need not be waited for before a register is read
    /// or the interrupt line looked at.
    /// </summary>
    public bool MayWriteMemory { get; private set; }

    public void SetBusMaster(bool isBusMaster)
    {
        IsBusMaster = isBusMaster;
        if (!isBusMaster) return;
        MayWriteMemory = true;
        ChangeCommand(set: PciCommand.BusMaster);
    }

    /// <summary>A driver writes to its device's configuration space, where the command register is at 4.</summary>
    public void WatchCommand(uint offset, uint length)
    {
        if (offset < 6 && offset + length > 4) MayWriteMemory = true;
    }

    public void ChangeCommand(PciCommand set = 0, PciCommand clear = 0)
    {
        if (device is not PciDevice function) return;
        Span<byte> command = stackalloc byte[2];
        function.ReadConfiguration(4, command);
        var before = (PciCommand)BinaryPrimitives.ReadUInt16LittleEndian(command);
        PciCommand after = (before | set) & ~clear;
        if (after == before) return;
        BinaryPrimitives.WriteUInt16LittleEndian(command, (ushort)after);
        function.WriteConfiguration(4, command);
    }

    /// <summary>Keeps the device from writing to memory.</summary>
    public void TakeBus()
    {
        if (!machine.Gone.IsCompleted) Guarded(() => ChangeCommand(clear: PciCommand.BusMaster));
    }

    public bool IsDevicePresent()
    {
        // No other device can be asked whether it is there.
        if (device is not PciDevice function) return true;
        ushort vendor = NobodyThere;
        Guarded(() =>
        {
            Span<byte> bytes = stackalloc byte[sizeof(ushort)];
            function.ReadConfiguration(0, bytes);
            vendor = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        });
        return vendor != NobodyThere;
    }

    /// <summary>Hardware that is gone makes its accesses fail; that is reported elsewhere and must not stop a halt.</summary>
    private static void Guarded(Action access)
    {
        try
        {
            access();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }
}

namespace Nonpaged.Machines;

/// <summary>
/// What a driver sees of hardware: PCI functions, I/O ports, memory-mapped registers, interrupts, and RAM that devices reach
/// by DMA. Disposing it takes the hardware away: afterwards nothing reads or writes its RAM any more.
/// </summary>
/// <remarks>
/// <para>
/// Ordering is part of this interface. A write to a port or register is performed after every earlier write of the calling thread
/// to RAM, so that a doorbell never overtakes the descriptors it announces. A read of a port or register is performed before any
/// later read of RAM by the calling thread, so that what the device wrote before it set a status bit is seen after the bit.
/// Between two accesses to RAM alone the caller needs the barriers of the language (Volatile).
/// </para>
/// <para>All members are safe for concurrent use; accesses of one thread reach the device in program order.</para>
/// </remarks>
public abstract class Machine : IDisposable
{
    /// <summary>A short name for reports: "qemu".</summary>
    public abstract string Name { get; }

    /// <summary>The PCI functions, resources assigned.</summary>
    public abstract IReadOnlyList<PciDevice> PciDevices { get; }

    /// <summary>The I/O port space.</summary>
    public abstract PortSpace Ports { get; }

    /// <summary>Completes when the hardware is gone: disposed, or ended by itself. The result says why.</summary>
    public abstract Task<string> Gone { get; }

    /// <summary>
    /// A device tried to read or write where nothing is mapped for it, and was kept from it: the text says which, where and what.
    /// Raised on a thread of the machine's, by machines with an IOMMU, where the kernel's log may be read.
    /// </summary>
    public virtual event Action<string>? Faulted
    {
        add { }
        remove { }
    }

    /// <summary>
    /// What the devices may reach, where the machine keeps them from the rest and the caller says; otherwise null.
    /// </summary>
    public virtual DeviceReach? Reach => null;

    /// <summary>
    /// A pool of memory that the machine's devices reach by DMA, in the physical address space in which they are told addresses.
    /// It is the caller's, who disposes of it before the machine and after the devices have stopped using it.
    /// </summary>
    /// <exception cref="AllocationException">The memory cannot be mapped.</exception>
    public abstract NonpagedPool CreatePool(NonpagedPoolOptions options);

    /// <summary>Registers at a physical address.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No device's base address register covers the range.</exception>
    public abstract RegisterWindow MapRegisters(PhysicalAddress address, uint length);

    /// <summary>The interrupt line with this vector (see <see cref="MachineDevice.InterruptVector"/>).</summary>
    public abstract InterruptLine GetInterrupt(uint vector);

    /// <inheritdoc/>
    public abstract void Dispose();
}

using Nonpaged.Interop;

namespace Nonpaged.Machines.Sysfs;

public sealed partial class SysfsMachine
{
    /// <summary>
    /// Takes the cards, which no driver of the kernel's may use; uio_pci_generic may have them, and then tells interrupts. Bus mastering is off until the driver's side turns it
    /// on, and off again when this is disposed or its process ends.
    /// </summary>
    /// <exception cref="MachineException">A card is not there, is in use, is behind an IOMMU, or may not be taken: why, and what helps.</exception>
    public static SysfsMachine Open(SysfsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Devices.Count == 0) throw new ArgumentException("No card is named.", nameof(options));
        var devices = new List<SysfsDevice>();
        BusGuardian? guardian = null;
        try
        {
            foreach (string address in options.Devices) devices.Add(SysfsDevice.Open(address));
            guardian = BusGuardian.Start(devices);
            // Not before somebody is there who undoes it.
            foreach (SysfsDevice device in devices) device.Enable();
            var machine = new SysfsMachine([.. devices], guardian, options.Regions);
            SystemCalls.Check(LibC.EventFd(out machine._stop), "eventfd");
            machine._watch.Start();
            return machine;
        }
        catch
        {
            guardian?.Dispose();
            foreach (SysfsDevice device in devices) device.Dispose();
            throw;
        }
    }
}

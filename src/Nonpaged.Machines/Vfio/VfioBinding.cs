namespace Nonpaged.Machines.Vfio;

/// <summary>
/// Gives a PCI function to vfio-pci, and back to the kernel (Documentation/ABI/testing/sysfs-bus-pci: driver_override,
/// drivers_probe). Nothing is kept of it but what the kernel keeps, so that a function is given back also after the
/// program that took it was killed.
/// </summary>
/// <param name="root">The folder that stands for /, without a slash at its end; empty for / itself.</param>
internal sealed class VfioBinding(string root = "")
{
    public const string Driver = "vfio-pci";

    private readonly PciFunctions _functions = new(root);

    /// <summary>Takes a function from the kernel. What it was before; nothing was done where that was vfio-pci already.</summary>
    /// <exception cref="MachineException">Binding failed, and the card is as it was.</exception>
    public PciFunction Bind(string address)
    {
        PciFunction function = _functions.Find(address);
        if (function.Driver == Driver) return function;
        if (function.IsBridge)
        {
            throw new MachineException(
                $"{function.Address} is a bridge, which is not driven from a program.", "choose a device: nonpaged devices");
        }

        if (function.Group is null) throw VfioErrors.NoIommu(function.Address);
        if (function.InterfacesUp.Count > 0)
        {
            throw new MachineException(
                $"{function.Address} is in use by {function.User}.",
                $"{string.Join(" && ", function.InterfacesUp.Select(name => $"ip link set {name} down"))} && nonpaged bind "
                    + $"{function.Address}");
        }

        if (!Directory.Exists($"{root}/sys/bus/pci/drivers/{Driver}"))
        {
            throw new MachineException(
                $"The kernel has no driver {Driver} that could take {function.Address}: its module is not loaded.",
                "modprobe vfio-pci");
        }

        Change(function, Driver, "bind");
        if (_functions.Find(function.Address).Driver == Driver) return function;
        Change(function, "", "bind");
        throw new MachineException(
            $"The driver {Driver} did not take {function.Address}; it is as it was.",
            $"see the kernel's log: dmesg | grep {function.Address}");
    }

    /// <summary>
    /// Gives a function back: the kernel looks for its own driver. What it is now; nothing was done
    /// where vfio-pci did not have it.
    /// </summary>
    /// <exception cref="MachineException">It is in use, or may not be given back.</exception>
    public PciFunction Unbind(string address)
    {
        PciFunction function = _functions.Find(address);
        if (function.Driver != Driver) return function;
        // The kernel would wait for the program without an end.
        if (function.Group is { } group && VfioUsers.Of(group, root) is { Count: > 0 } users)
        {
            throw new MachineException(
                $"{function.Address} is in use: {string.Join(", ", users)} has its group {group} open.",
                "end it first, then: nonpaged unbind " + function.Address);
        }

        Change(function, "", "unbind");
        return _functions.Find(function.Address);
    }

    /// <summary>Says which driver is to have it, takes it from the one that has it, and has the kernel look.</summary>
    private void Change(PciFunction function, string driver, string command)
    {
        string folder = $"{root}/sys/bus/pci/devices/{function.Address}";
        try
        {
            // A line without text takes the override back.
            Write($"{folder}/driver_override", driver.Length == 0 ? "\n" : driver);
            if (File.Exists($"{folder}/driver/unbind")) Write($"{folder}/driver/unbind", function.Address);
            Write($"{root}/sys/bus/pci/drivers_probe", function.Address);
        }
        catch (UnauthorizedAccessException)
        {
            throw new MachineException(
                $"Only root may give {function.Address} another driver.", $"sudo nonpaged {command} {function.Address}");
        }
        catch (IOException exception)
        {
            throw new MachineException(
                $"The kernel refused {function.Address} another driver: {exception.Message}",
                $"see the kernel's log: dmesg | grep {function.Address}",
                exception);
        }
    }

    // Written by one call and as it is: each write is a command to the kernel.
    private static void Write(string path, string text)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(text));
    }
}

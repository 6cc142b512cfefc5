using Nonpaged.Drivers;
using Nonpaged.Machines;
using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>The miniports that <c>run</c> can start. Each has the name of the network card that it is written for.</summary>
internal static class MiniportChoice
{
    public static MiniportDriver Default => NetworkDrivers.All[0];

    /// <exception cref="CommandException">There is no such driver.</exception>
    public static MiniportDriver Find(string name) =>
        NetworkDrivers.Find(name)
        ?? throw new CommandException(
            $"--driver '{name}' is not a driver.", $"the drivers are {Names(" and ")}", $"write, say, --driver {Default.Name}");

    /// <summary>The driver that was asked for, or the one that matches the card.</summary>
    /// <exception cref="CommandException">None matches.</exception>
    public static MiniportDriver Match(RunRequest request, MachineDevice device)
    {
        if (device is not PciDevice nic)
        {
            throw new CommandException(
                $"No driver matches the NIC {request.Nic}.",
                $"the drivers in C# ({Names(", ")}) drive cards of the PCI bus",
                $"nonpaged run ./driver.so --nic {request.Nic}");
        }

        var id = new PciId(nic.VendorId, nic.DeviceId);
        if (request.Driver is null)
        {
            return NetworkDrivers.All.FirstOrDefault(driver => driver.Devices.Contains(id))
                ?? throw new CommandException(
                    $"No driver matches the NIC {request.Nic} ({id}).",
                    string.Join(
                        "; ", NetworkDrivers.All.Select(driver => $"{driver.Name} drives {string.Join(", ", driver.Devices)}")),
                    $"nonpaged run --nic {Default.Name}");
        }

        MiniportDriver wanted = Find(request.Driver);
        return wanted.Devices.Contains(id)
            ? wanted
            : throw new CommandException(
                $"The driver {wanted.Name} does not match the NIC {request.Nic} ({id}).",
                $"{wanted.Name} drives {string.Join(", ", wanted.Devices)}",
                $"nonpaged run --driver {wanted.Name}");
    }

    private static string Names(string separator) => string.Join(separator, NetworkDrivers.All.Select(driver => driver.Name));
}

namespace Nonpaged.Machines;

/// <summary>A device as a driver gets it: the ports and registers that it decodes, and its interrupt line.</summary>
public abstract class MachineDevice
{
    /// <summary>Where it is, in few words: "00:04.0", "port 0x300".</summary>
    public abstract string Place { get; }

    /// <summary>The ports and registers that it decodes.</summary>
    public abstract IReadOnlyList<DeviceRange> Ranges { get; }

    /// <summary>The vector of its interrupt line, or null where it has none.</summary>
    public abstract uint? InterruptVector { get; }
}

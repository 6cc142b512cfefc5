namespace Nonpaged.Machines;

/// <summary>Where a PCI function is: bus, device (slot) and function number.</summary>
public readonly record struct PciLocation(byte Bus, byte Device, byte Function)
{
    /// <summary>As lspci writes it: 00:04.0.</summary>
    public override string ToString() => $"{Bus:x2}:{Device:x2}.{Function}";
}

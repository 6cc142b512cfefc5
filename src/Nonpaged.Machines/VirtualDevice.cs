namespace Nonpaged.Machines;

/// <summary>No hardware at all: what a virtual miniport drives.</summary>
public sealed class VirtualDevice : MachineDevice
{
    /// <inheritdoc/>
    public override string Place => "virtual";

    /// <inheritdoc/>
    public override IReadOnlyList<DeviceRange> Ranges => [];

    /// <inheritdoc/>
    public override uint? InterruptVector => null;
}

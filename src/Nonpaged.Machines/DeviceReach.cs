namespace Nonpaged.Machines;

/// <summary>
/// What a machine's devices may reach of its RAM, page by page, where an IOMMU keeps them from the rest. Thread-safe.
/// </summary>
public abstract class DeviceReach
{
    /// <summary>Lets devices reach the pages of a range. Each call is undone by one of <see cref="Deny"/>.</summary>
    public abstract void Allow(PhysicalAddress start, nuint length);

    /// <summary>Undoes <see cref="Allow"/>. When it returns no device reaches a page that nothing else allows.</summary>
    public abstract void Deny(PhysicalAddress start, nuint length);

    /// <summary>
    /// An access that a device was kept from, since the last time; null for none. Of several in a row some are not told.
    /// </summary>
    public abstract DmaFault? TakeFault();
}

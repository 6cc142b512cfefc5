namespace Nonpaged;

/// <summary>Addresses of an IOMMU, and the memory that is mapped to them and so held in place, until disposed.</summary>
internal sealed class IommuPin(IommuAddressSpace space, ulong iova, nuint length) : IDisposable
{
    private int _isReleased;

    /// <summary>The first address.</summary>
    public ulong Iova { get; } = iova;

    public nuint Length { get; } = length;

    public AllocationFailure? TryMap(nuint address) => space.TryMap(Iova, address, Length);

    /// <summary>The IOVA of each unit of so many bytes.</summary>
    public ulong[] Units(nuint unit)
    {
        ulong[] units = new ulong[(Length + unit - 1) / unit];
        for (int i = 0; i < units.Length; i++) units[i] = Iova + (ulong)i * unit;
        return units;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0) space.Release(Iova, Length);
    }
}

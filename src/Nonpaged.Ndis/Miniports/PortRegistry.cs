namespace Nonpaged.Ndis;

/// <summary>Which port ranges adapters have registered. Thread-safe.</summary>
internal sealed class PortRegistry
{
    private readonly Lock _gate = new();
    private PortRange[] _ranges = [];

    public void Add(PortRange range)
    {
        lock (_gate) _ranges = [.. _ranges, range];
    }

    public bool Remove(PortRange range)
    {
        lock (_gate)
        {
            int before = _ranges.Length;
            _ranges = [.. _ranges.Where(one => one != range)];
            return _ranges.Length < before;
        }
    }

    /// <summary>The adapter of a driver that may access these ports, or null.</summary>
    public Adapter? Find(Driver driver, nint port, int width)
    {
        foreach (PortRange range in Volatile.Read(ref _ranges))
        {
            if (port >= range.First && port + width <= range.First + range.Count && range.Adapter.Driver == driver)
                return range.Adapter;
        }

        return null;
    }

    public bool Overlaps(uint first, uint count) =>
        Volatile.Read(ref _ranges).Any(range => first < range.First + range.Count && range.First < first + count);

    public PortRange[] Of(Adapter adapter) => [.. Volatile.Read(ref _ranges).Where(range => range.Adapter == adapter)];
}

namespace Nonpaged.Ndis;

/// <summary>A driver that <see cref="NdisInstance.LoadDriver"/> loaded. Disposing unloads it. Thread-safe.</summary>
public sealed class LoadedDriver : IDisposable
{
    private readonly NdisInstance _instance;
    private readonly DriverRegistration _registration;
    private int _unloaded;

    internal LoadedDriver(NdisInstance instance, DriverRegistration registration)
    {
        _instance = instance;
        _registration = registration;
        IsIntermediate = registration.Layers.Any();
    }

    /// <summary>Who it is.</summary>
    public Driver Driver => _registration.Driver;

    /// <summary>It makes adapters of those below it, to which protocols bind.</summary>
    public bool IsIntermediate { get; }

    /// <summary>The adapters that an intermediate driver has made.</summary>
    public IReadOnlyList<Adapter> Adapters =>
        [.. _instance.Adapters.Where(one => one.Origin.Layer is not null && ReferenceEquals(one.Driver, Driver))];

    /// <summary>The adapters that its protocols have open.</summary>
    public IReadOnlyList<Adapter> Opened =>
        [.. _registration.Protocols.SelectMany(one => one.Bindings).Select(one => one.Adapter).Distinct()];

    /// <summary>
    /// Runs the driver's unload function, or that of its protocols; closes what it has open, and takes back what it leaves, with
    /// a report. Waits for that.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _unloaded, 1) == 0) _instance.Unload(_registration);
    }
}

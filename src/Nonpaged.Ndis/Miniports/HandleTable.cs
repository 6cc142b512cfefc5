using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>
/// What the handles that drivers hold stand for. A value is never used twice, so that a stale handle is seen as one. Thread-safe.
/// </summary>
internal sealed class HandleTable
{
    private readonly ConcurrentDictionary<nint, object> _objects = new();
    private readonly ConcurrentDictionary<nint, string> _sites = new();
    private long _last = 0x1000;

    public NDIS_HANDLE Add(object value)
    {
        nint handle = (nint)Interlocked.Add(ref _last, 0x10);
        _objects[handle] = value;
        if (NdisInstance.CallSite?.Invoke() is { } site) _sites[handle] = site;
        return new NDIS_HANDLE(handle);
    }

    public T? Get<T>(NDIS_HANDLE handle)
        where T : class => _objects.TryGetValue(handle.Value, out object? value) ? value as T : null;

    /// <summary>Where in a C driver the call was made that made a handle; null where that is not known.</summary>
    public string? SiteOf(NDIS_HANDLE handle) => _sites.GetValueOrDefault(handle.Value);

    public bool Remove(NDIS_HANDLE handle)
    {
        _sites.TryRemove(handle.Value, out _);
        return _objects.TryRemove(handle.Value, out _);
    }

    public IEnumerable<T> All<T>() => _objects.Values.OfType<T>();
}

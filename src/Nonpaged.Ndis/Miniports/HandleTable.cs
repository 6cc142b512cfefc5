using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>
/// What the handles that drivers hold stand for. A value is never used twice, so that a stale handle is seen as one. Thread-safe.
/// </summary>
internal sealed class HandleTable
{
    private readonly ConcurrentDictionary<nint, object> _objects = new();
    private long _last = 0x1000;

    public NDIS_HANDLE Add(object value)
    {
        var handle = (nint)Interlocked.Add(ref _last, 0x10);
        _objects[handle] = value;
        return new NDIS_HANDLE(handle);
    }

    public T? Get<T>(NDIS_HANDLE handle)
        where T : class => _objects.TryGetValue(handle.Value, out var value) ? value as T : null;

    public bool Remove(NDIS_HANDLE handle) => _objects.TryRemove(handle.Value, out _);

    public IEnumerable<T> All<T>() => _objects.Values.OfType<T>();
}

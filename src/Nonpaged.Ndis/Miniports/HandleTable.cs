using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>
/// What the handles that drivers hold stand for. A value is never used twice, so that a stale handle is seen as one. Thread-safe.
/// </summary>
/// <param name="verification">What is watched of the drivers; null where they are only run.</param>
internal sealed class HandleTable(Verification? verification)
{
    private readonly ConcurrentDictionary<nint, object> _objects = new();
    private readonly ConcurrentDictionary<nint, string> _sites = new();
    private readonly ConcurrentDictionary<nint, IReadOnlyList<CodePlace>> _stacks = new();
    private long _last = 0x1000;

    public NDIS_HANDLE Add(object value)
    {
        nint handle = (nint)Interlocked.Add(ref _last, 0x10);
        _objects[handle] = value;
        if (NdisInstance.CallSite?.Invoke() is { } site) _sites[handle] = site;
        if (verification?.Stack() is { Count: > 0 } stack) _stacks[handle] = stack;
        return new NDIS_HANDLE(handle);
    }

    public T? Get<T>(NDIS_HANDLE handle)
        where T : class => _objects.TryGetValue(handle.Value, out object? value) ? value as T : null;

    /// <summary>Where in a C driver the call was made that made a handle; null where that is not known.</summary>
    public string? SiteOf(NDIS_HANDLE handle) => _sites.GetValueOrDefault(handle.Value);

    /// <summary>The same with what called it, innermost first; empty unless the driver is verified.</summary>
    public IReadOnlyList<CodePlace> StackOf(NDIS_HANDLE handle) => _stacks.GetValueOrDefault(handle.Value) ?? [];

    public bool Remove(NDIS_HANDLE handle)
    {
        _stacks.TryRemove(handle.Value, out _);
        _sites.TryRemove(handle.Value, out _);
        return _objects.TryRemove(handle.Value, out _);
    }

    public IEnumerable<T> All<T>() => _objects.Values.OfType<T>();
}

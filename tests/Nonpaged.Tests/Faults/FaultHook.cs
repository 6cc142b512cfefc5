using Nonpaged.Interop;

namespace Nonpaged.Tests.Faults;

/// <summary>
/// Lets the n-th use of one call fail, counts all, and keeps account of the address space that is mapped through the library.
/// </summary>
internal sealed class FaultHook : SystemCallHook, IDisposable
{
    private readonly Lock _gate = new();
    private readonly string? _call;
    private readonly int _nth;
    private readonly Errno _errno;
    private readonly Dictionary<string, int> _counts = [];
    private readonly HashSet<nuint> _pages = [];
    private int _suspended;

    /// <summary>Counts only.</summary>
    public FaultHook() => Installed = this;

    public FaultHook(string call, int nth, Errno errno)
    {
        (_call, _nth, _errno) = (call, nth, errno);
        Installed = this;
    }

    public bool HasFired { get; private set; }

    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>Pages of 4 KiB that are mapped through the library and not unmapped.</summary>
    public int MappedPages => _pages.Count;

    /// <summary>For what a test itself asks of the kernel.</summary>
    public void Unobserved(Action look)
    {
        Interlocked.Increment(ref _suspended);
        look();
        Interlocked.Decrement(ref _suspended);
    }

    public override void Mapped(nuint start, nuint length)
    {
        lock (_gate)
        {
            for (nuint page = start; page < start + length; page += 4096) _pages.Add(page);
        }
    }

    public override void Unmapped(nuint start, nuint length)
    {
        lock (_gate)
        {
            for (nuint page = start; page < start + length; page += 4096) _pages.Remove(page);
        }
    }

    protected override Errno Before(string call)
    {
        if (Volatile.Read(ref _suspended) > 0) return Errno.None;
        lock (_gate)
        {
            int count = _counts[call] = _counts.GetValueOrDefault(call) + 1;
            if (call != _call || count != _nth) return Errno.None;
            HasFired = true;
            return _errno;
        }
    }

    public void Dispose() => Installed = null;
}

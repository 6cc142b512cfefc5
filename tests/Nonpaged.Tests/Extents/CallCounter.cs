using Nonpaged.Interop;

namespace Nonpaged.Tests.Extents;

/// <summary>Counts the system calls that are made while it lives.</summary>
internal sealed class CallCounter : SystemCallHook, IDisposable
{
    private readonly Dictionary<string, int> _counts = [];

    public CallCounter() => Installed = this;

    public IReadOnlyDictionary<string, int> Counts
    {
        get
        {
            lock (_counts) return new Dictionary<string, int>(_counts);
        }
    }

    protected override Errno Before(string call)
    {
        lock (_counts) _counts[call] = _counts.GetValueOrDefault(call) + 1;
        return Errno.None;
    }

    public void Dispose() => Installed = null;
}

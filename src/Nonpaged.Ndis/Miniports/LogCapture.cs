namespace Nonpaged.Ndis;

/// <summary>Collects the lines of an instance's log while an adapter starts, so that its failure can tell the reasons.</summary>
internal sealed class LogCapture : IDisposable
{
    private readonly NdisInstance _instance;
    private readonly List<string> _lines = [];

    public LogCapture(NdisInstance instance)
    {
        _instance = instance;
        instance.LineLogged += Add;
    }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    public void Dispose() => _instance.LineLogged -= Add;

    private void Add(string line)
    {
        lock (_lines) _lines.Add(line);
    }
}

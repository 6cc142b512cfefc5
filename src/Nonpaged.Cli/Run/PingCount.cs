using System.Net;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

/// <summary>Counts replies as they come, so that an interrupted series is told as far as it went.</summary>
internal sealed class PingCount(IPAddress target) : IProgress<PingReply>
{
    private int _sent;
    private int _received;

    public IPAddress Target { get; } = target;

    /// <summary>How many of the last ones were not answered.</summary>
    public int Missing { get; private set; }

    /// <summary>Told of the counts, on the thread of the series.</summary>
    public Action<int, int>? Counted { get; set; }

    public void Report(PingReply value)
    {
        _sent = value.Sequence;
        if (value.RoundTrip is not null) _received++;
        Missing = value.RoundTrip is null ? Missing + 1 : 0;
        Counted?.Invoke(_sent, _received);
    }

    public PingDocument ToDocument() => new(Target.ToString(), _sent, _received);
}

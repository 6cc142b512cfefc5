namespace Nonpaged.Ndis;

/// <summary>
/// Chooses where NDIS 5 leaves a choice to the driver below a protocol: a send or a request ends before the call returns, or
/// later by its completion function; a frame comes as a packet that the protocol may keep, or with a look-ahead buffer.
/// Thread-safe.
/// </summary>
internal sealed class VariedEnds(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>The other of two ways, this time.</summary>
    public bool Choose()
    {
        lock (_random) return _random.Next(2) == 0;
    }
}

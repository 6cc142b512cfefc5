namespace Nonpaged.Bench;

/// <summary>One of those that are compared, and its times.</summary>
/// <param name="name">As it is called in the results.</param>
/// <param name="needsPool">It takes pages that were reserved; the others run while there are none, or
/// they would take these too.</param>
/// <param name="measure">One round, in milliseconds.</param>
internal sealed class Contestant(string name, bool needsPool, Func<double> measure)
{
    // The same in successive rounds, so far as a shared machine allows.
    private const double Tolerance = 0.15;

    private readonly List<double> _times = [];
    private double _last = double.NaN;

    public string Name { get; } = name;

    public bool NeedsPool { get; } = needsPool;

    public double Minimum => _times.Min();

    public Times Times => Times.Of(Name, _times);

    public void Sample() => _times.Add(Measure());

    /// <summary>A round that does not count. Whether it took as long as the one before.</summary>
    public bool WarmUp()
    {
        double before = _last;
        _last = Measure();
        return Math.Abs(_last - before) <= Tolerance * Math.Min(_last, before);
    }

    // A virtual machine's free memory goes back to its host after a while (free page reporting), and is then slow at the first
    // touch. So each turn has a round ahead that gets the memory back, or the first one would pay for all. Something else
    // on the machine may use the huge pages for a moment.
    private double Measure()
    {
        try
        {
            measure();
            return measure();
        }
        catch (BenchException)
        {
            Thread.Sleep(500);
            return measure();
        }
    }
}

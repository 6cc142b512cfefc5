using System.Diagnostics;

namespace DirectReads;

/// <summary>Says when a measurement has taken long enough, and how long it took in the end. Starts when it is made.</summary>
internal readonly struct Clock(TimeSpan time)
{
    private readonly TimeSpan _processors = Environment.CpuUsage.TotalTime;
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>No further read is to be started.</summary>
    public bool IsOver => Stopwatch.GetElapsedTime(_start) >= time;

    /// <summary>After the last read.</summary>
    public Sample End(long reads)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_start);
        return new Sample(reads, elapsed, Environment.CpuUsage.TotalTime - _processors);
    }
}

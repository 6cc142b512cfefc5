using System.Numerics;

namespace Nonpaged.Machines.Qemu;

internal sealed partial class QtestClient
{
    // Far fewer answers than would fill QEMU's side of the connection while nobody reads.
    private const int LongestSeries = 256;
    private const int LinesAtOnce = 32;

    [ThreadStatic]
    private static QtestAnswer[]? t_series;

    /// <summary>
    /// Asks the same question again and again, and gives each answer to a function, in order; all ones where the hardware is gone. The questions
    /// are sent without waiting for the answers between, which saves a round trip each.
    /// </summary>
    public void ReadSeries(ReadOnlySpan<byte> verb, ulong address, int count, Action<int, ulong> answered)
    {
        ThrowIfInHandler();
        Span<byte> line = stackalloc byte[LongestLine];
        var length = AddHexadecimal(line, AddVerb(line, verb), address);
        line[length++] = (byte)'\n';
        var series = t_series ??= [.. Enumerable.Range(0, LongestSeries).Select(_ => new QtestAnswer())];
        var lines = new byte[length * Math.Min(count, LongestSeries)];
        for (var at = 0; at < lines.Length; at += length) line[..length].CopyTo(lines.AsSpan(at));
        for (var first = 0; first < count; first += LongestSeries)
        {
            var some = Math.Min(LongestSeries, count - first);
            AskAll(series.AsSpan(0, some), lines.AsSpan(0, some * length));
            for (var index = 0; index < some; index++) answered(first + index, series[index].Number);
        }
    }

    /// <summary>Writes one value after the other to the same address, and waits once, until the device has acted on the last.</summary>
    public void WriteSeries<T>(ReadOnlySpan<byte> verb, ulong address, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (values.IsEmpty) return;
        PostSeries(verb, address, values[..^1]);
        Write(verb, address, uint.CreateTruncating(values[^1]));
    }

    /// <summary>Writes one value after the other to the same address, and does not wait. QEMU acts on the first ones while the next are sent.</summary>
    public void PostSeries<T>(ReadOnlySpan<byte> verb, ulong address, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        Span<byte> lines = stackalloc byte[LongestLine * LinesAtOnce];
        while (values.Length > 0)
        {
            var some = values[..Math.Min(values.Length, LinesAtOnce)];
            values = values[some.Length..];
            var length = 0;
            foreach (var value in some) length += AddWrite(lines[length..], verb, address, uint.CreateTruncating(value));
            Post(lines[..length], some.Length);
        }
    }

    private void AskAll(ReadOnlySpan<QtestAnswer> answers, ReadOnlySpan<byte> lines)
    {
        Interlocked.MemoryBarrier();
        lock (_sending)
        {
            if (_gone)
            {
                foreach (var answer in answers) answer.Absent();
                return;
            }

            foreach (var answer in answers)
            {
                answer.Expect(++_sent, wantsText: false);
                _expected.Enqueue(answer);
            }

            Send(lines);
        }

        foreach (var answer in answers) Await(answer, Timeout.InfiniteTimeSpan);
        Interlocked.MemoryBarrier();
    }
}

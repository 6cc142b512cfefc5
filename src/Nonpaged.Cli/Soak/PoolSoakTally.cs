using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace Nonpaged.Cli;

/// <summary>Counts what a soak does, and keeps what goes wrong. Thread-safe.</summary>
/// <param name="ceiling">The most that the pool may hold, in bytes.</param>
internal sealed class PoolSoakTally(ulong ceiling)
{
    private const int MostErrors = 20;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentDictionary<string, long> _refusals = new();
    private readonly ConcurrentDictionary<PinKind, long> _pins = new();
    private long _allocations, _bytes, _pages, _shrinks;
    private ulong _peak;

    /// <summary>Enough went wrong to end the soak.</summary>
    public bool IsFull => _errors.Count >= MostErrors;

    public void Fail(string error) => _errors.Enqueue(error);

    /// <summary>A block was allocated.</summary>
    /// <param name="before">Bytes that the pool held before.</param>
    /// <param name="now">Bytes that it holds.</param>
    /// <param name="pin">What holds the block in place, where that is recorded.</param>
    public void Allocated(ulong before, ulong now, PinKind? pin)
    {
        Interlocked.Increment(ref _allocations);
        if (now < before) Interlocked.Increment(ref _shrinks);
        if (now > ceiling) Fail($"{now} bytes are held, the ceiling is {ceiling}.");
        // A peak that two threads note at once may be the lower one's: it is for information.
        if (now > _peak) _peak = now;
        if (pin is { } kind) _pins.AddOrUpdate(kind, 1, (_, count) => count + 1);
    }

    public void Refused(AllocationFailure failure)
    {
        if (failure.Reason.Length == 0 || failure.Limit.Length == 0 || failure.Remedy.Length == 0)
            Fail($"A failure without an explanation: {failure}");
        _refusals.AddOrUpdate(WithoutFigures(failure.Limit), 1, (_, count) => count + 1);
    }

    /// <summary>A block's contents were compared.</summary>
    public void Checked(nuint bytes) => Interlocked.Add(ref _bytes, (long)bytes);

    /// <summary>A page's frame was compared.</summary>
    public void CheckedPage() => Interlocked.Increment(ref _pages);

    /// <param name="outstanding">Bytes in use after the last free.</param>
    public PoolSoakReport Report(ulong outstanding) =>
        new(_allocations, _pins, _refusals, _bytes, _pages, _peak, _shrinks, outstanding, [.. _errors]);

    // The same limit is told with other figures each time.
    private static string WithoutFigures(string limit)
    {
        var kept = new StringBuilder(limit.Length);
        for (int start = 0; start < limit.Length;)
        {
            int end = start;
            while (end < limit.Length && (char.IsLetterOrDigit(limit[end]) || limit[end] == '_')) end++;
            if (end == start)
            {
                kept.Append(limit[start++]);
                continue;
            }

            ReadOnlySpan<char> word = limit.AsSpan(start, end - start);
            kept.Append(IsFigure(word) ? "N" : word);
            start = end;
        }

        return kept.ToString();
    }

    private static bool IsFigure(ReadOnlySpan<char> word) => word.Length > 2 && word.StartsWith("0x", StringComparison.Ordinal)
        ? !word[2..].ContainsAnyExcept(s_hex)
        : !word.ContainsAnyExceptInRange('0', '9');
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Nonpaged.Hosting;

/// <summary>Logs what a pool tells. Thread-safe.</summary>
/// <param name="logger">Of the category.</param>
/// <param name="pool">The pool.</param>
internal sealed class PoolLog(ILogger logger, NonpagedPool pool)
{
    public const string Category = "Nonpaged";

    private const string PinVariable = "NONPAGED_PINS";
    private const int MostBlocks = 10;

    private readonly ConcurrentDictionary<FailureKind, long> _failures = new();

    /// <summary>Logs that the pool is made, and from here on what it tells.</summary>
    public void Attach()
    {
        pool.AllocationFailed += OnFailed;
        pool.PinLost += lost => PoolMessages.PinLost(logger, pool.Options.Name, lost.ToString());
        pool.Corrupted += corruption => PoolMessages.Corrupted(logger, pool.Options.Name, corruption.ToString());
        pool.LeftBehind += OnLeftBehind;
        if (!logger.IsEnabled(LogLevel.Information)) return;
        NonpagedPoolOptions options = pool.Options;
        PoolMessages.Made(
            logger,
            options.Name,
            PinsOf(options),
            options.Ceiling == long.MaxValue ? "none" : FormattableString.Invariant($"{options.Ceiling} bytes"));
    }

    private static string PinsOf(NonpagedPoolOptions options)
    {
        string pins = options.Pins.Count == 0 ? "none" : string.Join(", ", options.Pins);
        return Environment.GetEnvironmentVariable(PinVariable) is { } permitted
            ? $"{pins}, as far as {PinVariable}={permitted} permits"
            : pins;
    }

    private static bool IsPowerOfTen(long count)
    {
        while (count % 10 == 0) count /= 10;
        return count == 1;
    }

    private static string TextOf(MemoryBlock block)
    {
        string owner = block.Request.Owner is { } known ? $" ({known})" : "";
        string stack = block.AllocationStack is { } calls ? $", allocated{Environment.NewLine}{calls}" : "";
        return FormattableString.Invariant($"{Environment.NewLine}{block.Length} bytes{owner}{stack}");
    }

    // A program that is short of memory may fail with each packet, and must not drown in its log.
    private void OnFailed(AllocationFailure failure)
    {
        long count = _failures.AddOrUpdate(failure.Kind, 1, static (_, before) => before + 1);
        if (!IsPowerOfTen(count)) return;
        PoolMessages.AllocationFailed(
            logger, pool.Options.Name, failure.Kind, failure.Reason, failure.Limit, failure.Remedy, count);
    }

    private void OnLeftBehind(PoolLeftovers leftovers)
    {
        if (!logger.IsEnabled(LogLevel.Warning)) return;
        string blocks = string.Concat(leftovers.Blocks.Take(MostBlocks).Select(TextOf));
        if (leftovers.Blocks.Count > MostBlocks) blocks += $"{Environment.NewLine}and others";
        string hint = pool.Options.AllocationStacks ? ""
            : $" {nameof(NonpagedPoolOptions)}.{nameof(NonpagedPoolOptions.AllocationStacks)} tells who allocated them.";
        PoolMessages.LeftBehind(logger, leftovers.Pool, leftovers.Count, leftovers.Bytes, hint, blocks);
    }
}

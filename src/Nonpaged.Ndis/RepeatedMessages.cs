using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// Counts messages that differ in numbers alone, so that the log tells the 1st, 10th, 100th, ... of them. Thread-safe.
/// </summary>
internal sealed class RepeatedMessages
{
    // More different ones are more than a person reads, and nothing may grow with what a driver does.
    private const int MostPatterns = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Driver, string Call, string Pattern), long> _counts = [];

    /// <summary>How often a message came, where it is to be told; null where it is only counted.</summary>
    public long? Count(NdisMessage message)
    {
        // The lengths that a driver tries one after the other, where memory is scarce, are told.
        (string Driver, string Call, string) key = (
            message.Driver, message.Call, MessagePattern.Of(message.Reason, withDecimals: !message.IsFailure));
        lock (_lock)
        {
            if (_counts.Count >= MostPatterns && !_counts.ContainsKey(key)) key = (message.Driver, message.Call, "");
            ref long count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _);
            count++;
            return IsPowerOfTen(count) ? count : null;
        }
    }

    private static bool IsPowerOfTen(long count)
    {
        while (count % 10 == 0) count /= 10;
        return count == 1;
    }
}

using System.Numerics;

namespace Nonpaged.Xdp;

/// <summary>What of a socket's options makes no sense, whatever the machine.</summary>
internal static class SocketOptionsCheck
{
    /// <exception cref="ArgumentException">Something does not.</exception>
    public static void ThrowIfWrong(XdpSocketOptions options)
    {
        ThrowUnlessPowerOfTwo(options.ReceiveEntries, nameof(options.ReceiveEntries));
        ThrowUnlessPowerOfTwo(options.TransmitEntries, nameof(options.TransmitEntries));
        ThrowUnlessPowerOfTwo(options.FillEntries, nameof(options.FillEntries));
        ThrowUnlessPowerOfTwo(options.CompletionEntries, nameof(options.CompletionEntries));
        if (options is { ReceiveEntries: 0, TransmitEntries: 0 })
            throw new ArgumentException("A socket receives, or sends, or both: both rings have 0 entries.", nameof(options));
        if (options is { Program: not null, Filter: not null })
        {
            throw new ArgumentException(
                $"{nameof(options.Filter)} is that of the socket's own program; give it to the {nameof(XdpProgram)}.",
                nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(options.BusyPollBudget, nameof(options.BusyPollBudget));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.BusyPollBudget, ushort.MaxValue, nameof(options.BusyPollBudget));
        ArgumentOutOfRangeException.ThrowIfNegative(options.TransmitBudget, nameof(options.TransmitBudget));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BindPatience, TimeSpan.Zero, nameof(options.BindPatience));
        ThrowUnlessDefined(options.CopyMode, nameof(options.CopyMode));
        ThrowUnlessDefined(options.AttachMode, nameof(options.AttachMode));
    }

    private static void ThrowUnlessPowerOfTwo(int entries, string name)
    {
        const int most = 1 << 20;
        if (entries == 0 || (entries is > 0 and <= most && BitOperations.IsPow2(entries))) return;
        throw new ArgumentOutOfRangeException(name, entries, $"Rings have a power of two of entries, up to {most}, or 0.");
    }

    private static void ThrowUnlessDefined<T>(T value, string name)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) throw new ArgumentOutOfRangeException(name, value, $"There is no {typeof(T).Name} {value}.");
    }
}

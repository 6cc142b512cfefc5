using Microsoft.Extensions.Logging;

namespace Nonpaged.Hosting;

/// <summary>
/// What is logged. Ids and names are public (docs/dotnet.md), and those of the event source "Nonpaged" where that tells the same.
/// </summary>
internal static partial class PoolMessages
{
    [LoggerMessage(3, LogLevel.Warning, "The pool \"{Pool}\" could not allocate ({Kind}): {Reason} Limit: {Limit}. "
        + "Remedy: {Remedy}. Failures of this kind so far: {Count}.")]
    public static partial void AllocationFailed(
        ILogger logger, string pool, FailureKind kind, string reason, string limit, string remedy, long count);

    [LoggerMessage(5, LogLevel.Warning, "The pool \"{Pool}\" was disposed with {Blocks} blocks of {Bytes} bytes in use.{Hint}"
        + "{Stacks}")]
    public static partial void LeftBehind(ILogger logger, string pool, long blocks, ulong bytes, string hint, string stacks);

    [LoggerMessage(6, LogLevel.Error, "Memory of the pool \"{Pool}\" is not pinned any more: {Lost}")]
    public static partial void PinLost(ILogger logger, string pool, string lost);

    [LoggerMessage(7, LogLevel.Critical, "Memory of the pool \"{Pool}\" was written by somebody else: {Corruption}")]
    public static partial void Corrupted(ILogger logger, string pool, string corruption);

    [LoggerMessage(8, LogLevel.Information, "The pool \"{Pool}\" is made. Kinds of pin: {Pins}. Ceiling: {Ceiling}.")]
    public static partial void Made(ILogger logger, string pool, string pins, string ceiling);
}

namespace Nonpaged;

/// <summary>
/// What a call looks up of its thread. A class of its own, because one with an initializer would be checked for at each access; and one for all, because where
/// a thread's statics are is looked up for each class by itself.
/// </summary>
internal static class ThreadTable
{
    /// <summary>
    /// How far the thread's magazines lie from nobody's (<see cref="ThreadCache.Nobodys"/>), in bytes: 0 before the thread's first slow call, so that it finds empty ones there.
    /// </summary>
    [ThreadStatic]
    internal static nint Current;

    /// <summary>
    /// The pool that a layer above serves small blocks from, for callers that name none. That layer alone reads and writes it; it stands here so that both are found together.
    /// </summary>
    [ThreadStatic]
    internal static NonpagedPool? Pool;
}

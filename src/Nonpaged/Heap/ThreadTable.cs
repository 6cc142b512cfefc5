namespace Nonpaged;

/// <summary>
/// What a call looks up of its thread. A class of its own, because one with an initializer would be checked for at each access.
/// </summary>
internal static class ThreadTable
{
    /// <summary>
    /// How far the thread's magazines lie from the empty ones (<see cref="ThreadCache.Empty"/>), in bytes: 0 before the thread's
    /// first slow call, so that it finds those.
    /// </summary>
    [ThreadStatic]
    internal static nint Current;
}

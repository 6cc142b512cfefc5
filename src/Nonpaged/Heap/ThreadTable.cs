namespace Nonpaged;

/// <summary>Where the calling thread's magazines are. A class of its own, because one with an initializer would be checked for at each access.</summary>
internal static unsafe class ThreadTable
{
    /// <summary>How far they lie from nobody's (<see cref="ThreadCache.Nobodys"/>), in bytes: 0 before the thread's first slow call, so that it finds empty ones there.</summary>
    [ThreadStatic]
    internal static nint Current;
}

namespace Nonpaged;

/// <summary>The calling thread's caches, by the slot of the pool. A class of its own, because one with an initializer would be checked for at each access.</summary>
internal static unsafe class ThreadTable
{
    /// <summary><see cref="ThreadCache"/> pointers, <see cref="PoolSlots.Count"/> of them; null before the thread's first slow call.</summary>
    [ThreadStatic]
    internal static nint Current;
}

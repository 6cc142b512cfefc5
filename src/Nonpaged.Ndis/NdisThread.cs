namespace Nonpaged.Ndis;

/// <summary>
/// What a memory call looks up of its thread. A class of its own, because one with an initializer would be checked for at each
/// access; and one for all, because where a thread's statics are is looked up for each class by itself.
/// </summary>
internal static class NdisThread
{
    /// <summary>
    /// The pool that serves small blocks without a record of each; null where every block is recorded, or
    /// the thread has made no call yet.
    /// </summary>
    [ThreadStatic]
    internal static NonpagedPool? Pool;

    /// <summary>
    /// <see cref="ThreadTable.Current"/>, as it was when that was looked at last: 0 finds empty
    /// magazines, and so leads to another look.
    /// </summary>
    [ThreadStatic]
    internal static nint Magazines;

    /// <summary>The number of that pool, or 0.</summary>
    [ThreadStatic]
    internal static nint PoolNumber;

    /// <summary>Looks again, and makes a pool the thread's.</summary>
    public static void Set(NonpagedPool? pool)
    {
        Pool = pool;
        PoolNumber = pool?.Number ?? 0;
        Magazines = ThreadTable.Current;
    }
}

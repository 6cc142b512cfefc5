namespace Nonpaged.Ndis;

/// <summary>The pool of the calling thread's context, where small blocks are served without a record. A class of its own, because one with an initializer would be checked for at each access.</summary>
internal static class UnverifiedMemory
{
    /// <summary><see cref="CallContext.UnverifiedPool"/>; in a plain program null before its first call.</summary>
    [ThreadStatic]
    internal static NonpagedPool? Pool;
}

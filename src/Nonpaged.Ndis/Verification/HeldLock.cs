namespace Nonpaged.Ndis;

/// <summary>A spin lock that a thread holds.</summary>
/// <param name="Address">Where the lock is.</param>
/// <param name="Call">The call that took it.</param>
/// <param name="Stack">Where that was.</param>
internal sealed record HeldLock(nint Address, string Call, IReadOnlyList<CodePlace> Stack);

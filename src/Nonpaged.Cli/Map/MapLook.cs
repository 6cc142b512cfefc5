namespace Nonpaged.Cli;

/// <summary>A process's pools at one moment.</summary>
/// <param name="At">When.</param>
/// <param name="Pools">As <see cref="ProcessPools"/> reads them.</param>
/// <param name="Pinned">VmPin of proc_pid_status(5), in which the kernel counts what io_uring pins; null where there is
/// none.</param>
internal sealed record MapLook(DateTime At, IReadOnlyList<MapPool> Pools, string? Pinned);

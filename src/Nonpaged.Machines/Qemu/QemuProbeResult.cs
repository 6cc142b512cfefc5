namespace Nonpaged.Machines.Qemu;

/// <summary>What <see cref="QemuProbe"/> found.</summary>
/// <param name="Path">The program's file, or null where there is none.</param>
/// <param name="Version">Its version as it says it, "7.2.22", or null where it does not.</param>
/// <param name="Problem">Why it cannot be used, or null where it can.</param>
/// <param name="Remedy">The command that would help, or null where none is needed.</param>
public sealed record QemuProbeResult(string? Path, string? Version, string? Problem, string? Remedy)
{
    /// <summary>A machine can be started with it.</summary>
    public bool IsUsable => Problem is null;
}

using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>Whether the physical addresses of host memory can be read (Documentation/admin-guide/mm/pagemap.rst).</summary>
internal static class FrameChecks
{
    private const string Name = "frame numbers";
    private const string Required = "CAP_SYS_ADMIN, to tell physical addresses";

    public static Check Look(Surroundings here)
    {
        SysResult result = here.Probe.ReadFrame(out ulong frame);
        if (!result.IsError && frame != 0)
        {
            return new Check(
                Name, CheckStatus.Ok, Required, "readable",
                "Physical addresses are known, and contiguity beyond 2 MiB can be proved.");
        }

        const string Effect = "Physical addresses of host memory are unknown, and limits on them cannot be kept.";
        if (result.IsError)
        {
            return new Check(
                Name,
                CheckStatus.Missing,
                Required,
                $"/proc/self/pagemap: {result}",
                $"{Effect} A program with file capabilities may not open its own pagemap; one with ambient capabilities may. "
                    + "This starts a shell whose programs have them.",
                here.Container.Capabilities("SYS_ADMIN") ?? here.Shell.WithCapabilities("sys_admin"));
        }

        string? line = here.Container.Capabilities("SYS_ADMIN");
        return new Check(
            Name,
            CheckStatus.Warn,
            Required,
            "hidden (no CAP_SYS_ADMIN)",
            line is null ? $"{Effect} This starts a shell whose programs may read them." : $"{Effect} {here.Container.Place}",
            line ?? here.Shell.WithCapabilities("sys_admin"));
    }
}

namespace Nonpaged.Cli;

/// <summary>All checks, in the order in which they are shown.</summary>
internal static class Examination
{
    public static IReadOnlyList<CheckGroup> Of(Surroundings here) =>
    [
        new("Contiguous memory", [.. HugepageChecks.Look(here), .. CollapseChecks.Look(here)]),
        new(
            "Held in place",
            [
                .. PinChecks.Look(here),
                .. PipeChecks.Look(here),
                .. PinChecks.LookAtRest(here),
                MemlockCheck.Look(here),
                FrameChecks.Look(here),
            ]),
        new("Room", [.. GroupChecks.Look(here), .. MemoryChecks.Look(here), NumaCheck.Look(here)]),
        new(
            "Devices",
            [
                XdpCheck.Look(here),
                XdpMemlockCheck.Look(here),
                TapCheck.Look(here),
                .. DeviceChecks.Look(here),
                QemuCheck.Look(here),
            ]),
        new("Surroundings", [ContainerCheck.Look(here)]),
    ];
}

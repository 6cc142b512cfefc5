namespace Nonpaged.Cli;

/// <summary>Whether the program runs in a container, and where remedies go then.</summary>
internal static class ContainerCheck
{
    public static Check Look(Surroundings here)
    {
        const string Name = "container";
        const string Required = "nothing: without one, or in one that is given what it needs";
        string filter = here.Process.IsFiltered ? "with a seccomp filter" : "no seccomp filter";
        string meaning = here.Container.Kind switch
        {
            ContainerKind.None => "Commands are for this machine.",
            ContainerKind.Kubernetes => "Commands that write below /proc/sys and /sys are for the node; "
                + "lines of YAML are for the container in the pod's manifest.",
            ContainerKind.Docker or ContainerKind.Podman => "Commands that write below /proc/sys and /sys are for the machine "
                + "that runs the container; options are for starting it.",
            _ => "Commands that write below /proc/sys and /sys are for the machine that runs the container.",
        };
        return new Check(Name, CheckStatus.Ok, Required, $"{here.Container.Name}, {filter}", meaning);
    }
}

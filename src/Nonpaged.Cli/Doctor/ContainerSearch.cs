namespace Nonpaged.Cli;

/// <summary>Tells a container by what runtimes leave in it: files, variables, control groups.</summary>
internal static class ContainerSearch
{
    // linux/nsfs.h: the inode numbers of the namespaces that the kernel starts with are fixed.
    private static readonly (string Name, uint Inode)[] s_initial =
        [("ipc", 0xEFFFFFFF), ("uts", 0xEFFFFFFE), ("pid", 0xEFFFFFFC), ("cgroup", 0xEFFFFFFB)];

    public static ContainerKind Find(SystemFiles files, Func<string, string?> environment)
    {
        string groups = files.Read("/proc/self/cgroup") ?? "";
        // A pod may share all namespaces of its node.
        if (environment("KUBERNETES_SERVICE_HOST") is not null || Has(groups, "kubepods")) return ContainerKind.Kubernetes;

        // A machine may boot from a container's image, with the files that a runtime left in it.
        if (s_initial.All(space => files.ReadLink($"/proc/self/ns/{space.Name}") == $"{space.Name}:[{space.Inode}]"))
            return ContainerKind.None;
        if (files.Exists("/run/.containerenv") || Has(groups, "libpod") || environment("container") == "podman")
            return ContainerKind.Podman;
        if (files.Exists("/.dockerenv") || Has(groups, "docker")) return ContainerKind.Docker;
        return environment("container") is not null || files.Exists("/run/systemd/container") || Has(groups, "/lxc")
            || Has(groups, "containerd-")
            // A runtime that leaves nothing behind, as runc by itself.
            || s_initial.All(space =>
                files.ReadLink($"/proc/self/ns/{space.Name}") is { } link && link != $"{space.Name}:[{space.Inode}]")
            ? ContainerKind.Other
            : ContainerKind.None;
    }

    private static bool Has(string groups, string word) => groups.Contains(word, StringComparison.Ordinal);
}

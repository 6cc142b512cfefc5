namespace Nonpaged.Cli;

/// <summary>Who runs the container.</summary>
internal enum ContainerKind
{
    None,
    Kubernetes,
    Docker,
    Podman,

    /// <summary>Another runtime: LXC, systemd-nspawn, containerd by itself.</summary>
    Other,
}

namespace Nonpaged.Cli;

/// <summary>
/// How a container is given more: a line for the manifest of a Kubernetes pod (below the container), in YAML's flow style, or
/// options of docker run and podman run. Null where neither is there.
/// </summary>
internal sealed class Container(ContainerKind kind, bool isRoot)
{
    public ContainerKind Kind { get; } = kind;

    /// <summary>Its runtime, as people call it.</summary>
    public string Name => Kind switch
    {
        ContainerKind.None => "none",
        ContainerKind.Other => "a container",
        _ => Kind.ToString(),
    };

    private bool HasOptions => Kind is ContainerKind.Docker or ContainerKind.Podman;

    /// <summary>Where the lines go, as the end of a sentence.</summary>
    public string Place => Kind == ContainerKind.Kubernetes
        ? "This goes below the container in the pod's manifest."
        : $"This goes into the options of {Name.ToLowerInvariant()} run.";

    /// <summary>
    /// Hugepages: what is requested is also the limit, and memory has to be requested beside it (Kubernetes, Manage HugePages).
    /// </summary>
    public string? Hugepages => Kind == ContainerKind.Kubernetes
        ? "resources: {requests: {memory: 1Gi, hugepages-2Mi: 1Gi}, limits: {memory: 1Gi, hugepages-2Mi: 1Gi}}"
        : null;

    /// <summary>A limit of memory in bytes.</summary>
    public string? Memory(ulong bytes) => Kind == ContainerKind.Kubernetes
        ? $"resources: {{limits: {{memory: {bytes >> 20}Mi}}}}"
        : HasOptions ? $"--memory={bytes >> 20}m" : null;

    /// <summary>
    /// Kubernetes has no setting for the limit, and a capability that a manifest adds is in effect for root only: any other user
    /// needs the runtime's limit raised, on the node.
    /// </summary>
    public string? Memlock => Kind switch
    {
        ContainerKind.Kubernetes when isRoot => Capabilities("IPC_LOCK"),
        ContainerKind.Kubernetes =>
            "sudo mkdir -p /etc/systemd/system/containerd.service.d && printf '[Service]\\nLimitMEMLOCK=infinity\\n' | sudo tee "
                + "/etc/systemd/system/containerd.service.d/memlock.conf && sudo systemctl daemon-reload && sudo systemctl "
                + "restart containerd",
        _ => HasOptions ? "--ulimit memlock=-1:-1" : null,
    };

    /// <summary>What <see cref="Memlock"/> does.</summary>
    public string MemlockPlace => Kind == ContainerKind.Kubernetes && !isRoot
        ? "Kubernetes has no setting for it, and a capability of the manifest (IPC_LOCK) takes effect for root only: "
            + "raise it for the runtime, on the node, here containerd."
        : Kind == ContainerKind.Kubernetes ? $"Kubernetes has no setting for it; the capability lifts it. {Place}" : Place;

    /// <summary>A seccomp profile that allows io_uring_setup and io_uring_register.</summary>
    public string? IoUring => Kind == ContainerKind.Kubernetes
        ? "securityContext: {seccompProfile: {type: Localhost, localhostProfile: profiles/io_uring.json}}"
        : HasOptions ? "--security-opt seccomp=io_uring.json" : null;

    /// <summary>A device of the host; null in Kubernetes, too, whose manifests name none.</summary>
    public string? Device(string path) => HasOptions ? $"--device={path}" : null;

    /// <summary>Capabilities by their names without CAP_.</summary>
    public string? Capabilities(params string[] names) => Kind == ContainerKind.Kubernetes
        ? $"securityContext: {{capabilities: {{add: [{string.Join(", ", names)}]}}}}"
        : HasOptions ? string.Join(' ', names.Select(name => $"--cap-add={name}")) : null;
}

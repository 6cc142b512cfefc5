namespace Nonpaged.Containers.Tests;

/// <summary>
/// What a container is given. Without more it is what Docker, Podman and Kubernetes give to a user who asks for no privilege.
/// </summary>
internal sealed record ContainerOptions
{
    /// <summary>"docker" or "podman".</summary>
    public required string Profile { get; init; }

    /// <summary>Its limit of memory in bytes.</summary>
    public long Memory { get; init; } = 256L << 20;

    /// <summary>For root inside, and no other: --cap-add gives another user none.</summary>
    public string[] Capabilities { get; init; } = [];

    /// <summary>A filter that allows io_uring.</summary>
    public bool IoUring { get; init; }

    /// <summary>What it may lock, in bytes.</summary>
    public long Memlock { get; init; } = 64 << 10;

    /// <summary>Its user.</summary>
    public int User => Capabilities.Length == 0 ? 65534 : 0;
}

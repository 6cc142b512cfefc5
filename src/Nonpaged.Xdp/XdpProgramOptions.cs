namespace Nonpaged.Xdp;

/// <summary>How a program is attached to an interface.</summary>
public sealed record XdpProgramOptions
{
    /// <summary>Which frames go to sockets; the others go on to the kernel's stack. Null for all.</summary>
    public XdpFilter? Filter { get; init; }

    /// <summary>Where the program runs.</summary>
    public XdpAttachMode Mode { get; init; }

    /// <summary>Packets of several buffers reach the program (BPF_F_XDP_HAS_FRAGS, Linux 5.18).</summary>
    public bool MultiBuffer { get; init; }

    /// <summary>The program's name, as <c>ip link</c> and bpftool(8) show it: up to 15 letters, digits, _ and dots.</summary>
    public string Name { get; init; } = "nonpaged_xdp";
}

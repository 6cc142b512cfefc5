using System.Text;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>What AF_XDP needs to know of a network interface, as it was when it was asked for.</summary>
public sealed record XdpInterface
{
    internal XdpInterface()
    {
    }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its number in the network namespace (if_nametoindex(3)).</summary>
    public required uint Index { get; init; }

    /// <summary>Whether it is up (IFF_UP).</summary>
    public required bool IsUp { get; init; }

    /// <summary>The longest payload of a frame in bytes, without the Ethernet header.</summary>
    public required int Mtu { get; init; }

    /// <summary>How many queues it has.</summary>
    public required int Queues { get; init; }

    /// <summary>How many it may have (<c>ethtool -L</c>).</summary>
    public required int MostQueues { get; init; }

    /// <summary>Its driver's name.</summary>
    public required string Driver { get; init; }

    /// <summary>The number of the XDP program that it has; 0 for none.</summary>
    public required int AttachedProgramId { get; init; }

    /// <summary>Where that program runs; null for none, or for several.</summary>
    public required XdpAttachMode? AttachedMode { get; init; }

    /// <summary>What the driver can do; null where the kernel does not tell (before Linux 6.3).</summary>
    public required XdpFeatures? Features { get; init; }

    /// <summary>How many frames a packet may have without copying; 0 where that is not known.</summary>
    public required int ZeroCopySegments { get; init; }

    internal bool HasCombinedChannels { get; init; }

    internal string ChannelWord => HasCombinedChannels ? "combined" : "rx";

    /// <summary>The interface of a name, in the network namespace of the process.</summary>
    /// <exception cref="XdpException">There is none, or the kernel does not tell.</exception>
    public static XdpInterface Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        // IFNAMSIZ, with the terminating 0.
        if (Encoding.UTF8.GetByteCount(name) >= Tap.NameSize || name.Contains('\0', StringComparison.Ordinal))
            throw new XdpException(BindFailures.NoInterface(name));
        SysResult asked = LinkQuestion.Ask(name, out XdpInterface? found);
        if (found is not null) return found;
        throw new XdpException(asked.Errno is Errno.ENODEV or Errno.EINVAL or Errno.ERANGE
            ? BindFailures.NoInterface(name)
            : SocketFailures.Other("netlink(RTM_GETLINK)", $"The kernel tells nothing of {name}", asked.Errno));
    }

    /// <summary>The name of the program that it has; null where it has none, or the process may not ask
    /// (CAP_SYS_ADMIN).</summary>
    public string? FindAttachedProgramName()
    {
        if (AttachedProgramId == 0) return null;
        SysResult opened = Bpf.OpenProgram((uint)AttachedProgramId, out Microsoft.Win32.SafeHandles.SafeFileHandle program);
        using (program)
        {
            if (opened.IsError) return null;
            SysResult asked = Bpf.GetProgramName(program, out string name);
            return asked.IsError || name.Length == 0 ? null : name;
        }
    }
}

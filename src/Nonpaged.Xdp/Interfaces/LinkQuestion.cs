using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>What the kernel knows of an interface: rtnetlink(7), ethtool's ioctl, and the family netdev.</summary>
internal static class LinkQuestion
{
    // linux/rtnetlink.h, linux/if_link.h
    public const int RTM_GETLINK = 18;
    public const int IFLA_IFNAME = 3;
    public const int IFLA_MTU = 4;
    public const int IFLA_NUM_TX_QUEUES = 31;
    public const int IFLA_NUM_RX_QUEUES = 32;
    public const int IFLA_XDP = 43;
    public const int IFLA_XDP_ATTACHED = 2;
    public const int IFLA_XDP_PROG_ID = 4;
    public const int IFF_UP = 1;

    /// <summary>struct ifinfomsg: family, type, index at 4, flags at 8, change.</summary>
    public const int InformationLength = 16;

    // linux/genetlink.h, linux/netdev.h
    public const int GENL_ID_CTRL = 16;
    public const int CTRL_CMD_GETFAMILY = 3;
    public const int CTRL_ATTR_FAMILY_ID = 1;
    public const int CTRL_ATTR_FAMILY_NAME = 2;
    public const int NETDEV_CMD_DEV_GET = 1;
    public const int NETDEV_A_DEV_IFINDEX = 1;
    public const int NETDEV_A_DEV_XDP_FEATURES = 3;
    public const int NETDEV_A_DEV_XDP_ZC_MAX_SEGS = 4;
    public const int NETDEV_A_DEV_XSK_FEATURES = 6;

    /// <summary>The interface of this name.</summary>
    public static SysResult Ask(string name, out XdpInterface? found)
    {
        found = null;
        SysResult asked = Netlink.Ask(
            Netlink.NETLINK_ROUTE, RTM_GETLINK, new byte[InformationLength], IFLA_IFNAME, Encoding.UTF8.GetBytes(name + '\0'),
            withFixedPart: true, out byte[] answer);
        if (asked.IsError) return asked;
        ReadOnlySpan<byte> information = answer;
        uint index = BinaryPrimitives.ReadUInt32LittleEndian(information[4..]);
        bool isUp = (BinaryPrimitives.ReadUInt32LittleEndian(information[8..]) & IFF_UP) != 0;
        int mtu = 0, queues = 1;
        uint program = 0;
        int attached = 0;
        var attributes = new NetlinkReader(information[InformationLength..]);
        while (attributes.Next())
        {
            if (attributes.Type == IFLA_MTU) mtu = (int)attributes.AsUInt32;
            else if (attributes.Type is IFLA_NUM_RX_QUEUES or IFLA_NUM_TX_QUEUES)
                queues = Math.Max(queues, (int)attributes.AsUInt32);
            else if (attributes.Type == IFLA_XDP) (attached, program) = ReadProgram(attributes.Value);
        }

        (int now, int most, bool isCombined) = Channels(name, queues);
        found = new XdpInterface
        {
            Name = name,
            Index = index,
            IsUp = isUp,
            Mtu = mtu,
            Queues = now,
            MostQueues = most,
            HasCombinedChannels = isCombined,
            Driver = Driver(name),
            AttachedProgramId = (int)program,
            AttachedMode = attached switch { 1 => XdpAttachMode.Native, 2 => XdpAttachMode.Generic, _ => null },
            Features = Features(index, out int segments),
            ZeroCopySegments = segments,
        };
        return asked;
    }

    private static (int Attached, uint Program) ReadProgram(ReadOnlySpan<byte> nested)
    {
        (int attached, uint program) = (0, 0);
        var attributes = new NetlinkReader(nested);
        while (attributes.Next())
        {
            if (attributes is { Type: IFLA_XDP_ATTACHED, Value.Length: > 0 }) attached = attributes.Value[0];
            else if (attributes.Type == IFLA_XDP_PROG_ID) program = attributes.AsUInt32;
        }

        return (attached, program);
    }

    // Of drivers without channels what the kernel made for the interface counts.
    private static (int Now, int Most, bool IsCombined) Channels(string name, int made)
    {
        Ethtool.Channels channels = default;
        SysResult asked = WithSocket(socket => Ethtool.GetChannels(socket, name, out channels));
        if (asked.IsError) return (made, made, false);
        bool isCombined = channels.MaximumCombined > 0;
        int now = (int)(Math.Max(channels.Receive, channels.Transmit) + channels.Combined);
        int most = (int)(Math.Max(channels.MaximumReceive, channels.MaximumTransmit) + channels.MaximumCombined);
        return (Math.Max(now, 1), Math.Max(most, 1), isCombined);
    }

    private static string Driver(string name)
    {
        string driver = "";
        SysResult asked = WithSocket(socket => Ethtool.GetDriver(socket, name, out driver));
        return asked.IsError || driver.Length == 0 ? "unknown" : driver;
    }

    // Linux 6.3 tells what drivers can do; before that there is no such family.
    private static XdpFeatures? Features(uint index, out int segments)
    {
        segments = 0;
        SysResult asked = Netlink.Ask(
            Netlink.NETLINK_GENERIC, GENL_ID_CTRL, [CTRL_CMD_GETFAMILY, 1, 0, 0], CTRL_ATTR_FAMILY_NAME, "netdev\0"u8,
            withFixedPart: false, out byte[] answer);
        if (asked.IsError) return null;
        int family = 0;
        var control = new NetlinkReader(answer);
        while (control.Next())
        {
            if (control is { Type: CTRL_ATTR_FAMILY_ID, Value.Length: >= 2 })
                family = BinaryPrimitives.ReadUInt16LittleEndian(control.Value);
        }

        byte[] key = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(key, index);
        asked = Netlink.Ask(
            Netlink.NETLINK_GENERIC, family, [NETDEV_CMD_DEV_GET, 1, 0, 0], NETDEV_A_DEV_IFINDEX, key, withFixedPart: false,
            out answer);
        if (asked.IsError) return null;
        (ulong xdp, ulong socket) = (0, 0);
        var attributes = new NetlinkReader(answer);
        while (attributes.Next())
        {
            if (attributes.Type == NETDEV_A_DEV_XDP_FEATURES) xdp = attributes.AsUInt64;
            else if (attributes.Type == NETDEV_A_DEV_XDP_ZC_MAX_SEGS) segments = (int)attributes.AsUInt32;
            else if (attributes.Type == NETDEV_A_DEV_XSK_FEATURES) socket = attributes.AsUInt64;
        }

        // enum netdev_xdp_act has seven bits; enum netdev_xsk_flags follows them here.
        return (XdpFeatures)(xdp & 0x7f) | (XdpFeatures)((socket & 7) << 8);
    }

    private static SysResult WithSocket(Func<SafeFileHandle, SysResult> ask)
    {
        SysResult opened = LibC.Socket(LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0, out SafeFileHandle socket);
        using (socket) return opened.IsError ? opened : ask(socket);
    }
}

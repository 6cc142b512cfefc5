using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

/// <summary>SIOCETHTOOL (linux/ethtool.h), by an interface's name, in the network namespace of a socket.</summary>
internal static unsafe class Ethtool
{
    public const nuint SIOCETHTOOL = 0x8946;
    public const uint ETHTOOL_GDRVINFO = 0x03;
    public const uint ETHTOOL_GCHANNELS = 0x3c;

    /// <summary>ETHTOOL_GDRVINFO: the driver's name.</summary>
    public static SysResult GetDriver(SafeFileHandle socket, string name, out string driver)
    {
        var information = new DriverInformation { Command = ETHTOOL_GDRVINFO };
        SysResult result = Ask(socket, name, &information);
        driver = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(information.Driver));
        return result;
    }

    /// <summary>ETHTOOL_GCHANNELS: how many queues the interface has, and may have.</summary>
    public static SysResult GetChannels(SafeFileHandle socket, string name, out Channels channels)
    {
        var asked = new Channels { Command = ETHTOOL_GCHANNELS };
        SysResult result = Ask(socket, name, &asked);
        channels = asked;
        return result;
    }

    private static SysResult Ask(SafeFileHandle socket, string name, void* command)
    {
        InterfaceCommand request = default;
        fixed (char* characters = name) Encoding.UTF8.GetBytes(characters, name.Length, request.Name, Tap.NameSize - 1);
        request.Command = command;
        return LibC.IoCtl(socket, SIOCETHTOOL, &request);
    }

    /// <summary>struct ifreq with a pointer (ifr_data).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    internal struct InterfaceCommand
    {
        [FieldOffset(0)]
        public fixed byte Name[Tap.NameSize];

        [FieldOffset(16)]
        public void* Command;
    }

    /// <summary>struct ethtool_drvinfo, without what is not read here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 196)]
    internal struct DriverInformation
    {
        [FieldOffset(0)]
        public uint Command;

        [FieldOffset(4)]
        public fixed byte Driver[32];
    }

    /// <summary>struct ethtool_channels.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Channels
    {
        public uint Command;
        public uint MaximumReceive;
        public uint MaximumTransmit;
        public uint MaximumOther;
        public uint MaximumCombined;
        public uint Receive;
        public uint Transmit;
        public uint Other;
        public uint Combined;
    }
}

using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

/// <summary>
/// Network interfaces whose frames a process reads and writes (Documentation/networking/tuntap.rst, linux/if_tun.h), and the
/// settings of interfaces that go with them (netdevice(7)). A method adds nothing to its call.
/// </summary>
internal static unsafe class Tap
{
    public const string Path = "/dev/net/tun";

    /// <summary>IFNAMSIZ, with the terminating 0.</summary>
    public const int NameSize = 16;

    // linux/if_tun.h
    public const nuint TUNSETIFF = 0x400454ca;
    public const nuint TUNGETIFF = 0x800454d2;
    public const nuint TUNSETCARRIER = 0x400454e2;
    public const ushort IFF_TAP = 0x0002;
    public const ushort IFF_NO_PI = 0x1000;
    public const ushort IFF_PERSIST = 0x0800;

    // linux/sockios.h, linux/if.h, linux/if_arp.h
    public const nuint SIOCGIFFLAGS = 0x8913;
    public const nuint SIOCSIFMTU = 0x8922;
    public const nuint SIOCSIFHWADDR = 0x8924;
    public const nuint SIOCGIFHWADDR = 0x8927;
    public const ushort IFF_PROMISC = 0x0100;
    public const ushort ARPHRD_ETHER = 1;

    /// <summary>Opens the device that makes interfaces. Reads and writes of the descriptor do not wait.</summary>
    public static SysResult Open(out SafeFileHandle device) => LibC.OpenDevice(Path, out device);

    /// <summary>
    /// TUNSETIFF: the descriptor becomes an Ethernet interface of that name, frames without a header of their own. It
    /// lasts as long as the descriptor.
    /// </summary>
    public static SysResult SetInterface(SafeFileHandle device, string name)
    {
        var request = new InterfaceRequest { Flags = IFF_TAP | IFF_NO_PI };
        request.SetName(name);
        return LibC.IoCtl(device, TUNSETIFF, &request);
    }

    /// <summary>TUNGETIFF: the interface's name, which may have been changed, and the flags it was made with.</summary>
    public static SysResult GetInterface(SafeFileHandle device, out string name, out ushort flags)
    {
        InterfaceRequest request = default;
        SysResult result = LibC.IoCtl(device, TUNGETIFF, &request);
        (name, flags) = (request.GetName(), request.Flags);
        return result;
    }

    /// <summary>TUNSETCARRIER: whether the interface's link is up.</summary>
    public static SysResult SetCarrier(SafeFileHandle device, bool isUp)
    {
        int carrier = isUp ? 1 : 0;
        return LibC.IoCtl(device, TUNSETCARRIER, &carrier);
    }

    /// <summary>SIOCSIFHWADDR of the interface of the descriptor: six bytes.</summary>
    public static SysResult SetHardwareAddress(SafeFileHandle device, ReadOnlySpan<byte> address)
    {
        var request = new InterfaceRequest { Family = ARPHRD_ETHER };
        address.CopyTo(new Span<byte>(request.Address, 6));
        return LibC.IoCtl(device, SIOCSIFHWADDR, &request);
    }

    /// <summary>SIOCGIFHWADDR of the interface of the descriptor: six bytes.</summary>
    public static SysResult GetHardwareAddress(SafeFileHandle device, Span<byte> address)
    {
        InterfaceRequest request = default;
        SysResult result = LibC.IoCtl(device, SIOCGIFHWADDR, &request);
        new ReadOnlySpan<byte>(request.Address, 6).CopyTo(address);
        return result;
    }

    /// <summary>SIOCSIFMTU, by name, in the network namespace of a socket.</summary>
    public static SysResult SetMtu(SafeFileHandle socket, string name, int mtu)
    {
        var request = new InterfaceRequest { Mtu = mtu };
        request.SetName(name);
        return LibC.IoCtl(socket, SIOCSIFMTU, &request);
    }

    /// <summary>SIOCGIFFLAGS, by name, in the network namespace of a socket.</summary>
    public static SysResult GetFlags(SafeFileHandle socket, string name, out ushort flags)
    {
        InterfaceRequest request = default;
        request.SetName(name);
        SysResult result = LibC.IoCtl(socket, SIOCGIFFLAGS, &request);
        flags = request.Flags;
        return result;
    }

    /// <summary>struct ifreq: a name, and one of several values at the same place.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    internal struct InterfaceRequest
    {
        [FieldOffset(0)]
        public fixed byte Name[NameSize];

        [FieldOffset(16)]
        public ushort Flags;

        [FieldOffset(16)]
        public int Mtu;

        /// <summary>struct sockaddr: the family, then the address.</summary>
        [FieldOffset(16)]
        public ushort Family;

        [FieldOffset(18)]
        public fixed byte Address[14];

        public void SetName(string name)
        {
            fixed (byte* first = Name) Encoding.UTF8.GetBytes(name, new Span<byte>(first, NameSize - 1));
        }

        public string GetName()
        {
            fixed (byte* first = Name) return Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(first));
        }
    }
}

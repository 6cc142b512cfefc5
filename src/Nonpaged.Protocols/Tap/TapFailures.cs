using System.Text;
using Nonpaged.Interop;

namespace Nonpaged.Protocols;

/// <summary>What it means where the kernel makes no network interface.</summary>
internal static class TapFailures
{
    private const string NameRules = "1 to 15 bytes without space, '/', ':' or '%' (IFNAMSIZ; netdevice(7))";

    /// <exception cref="TapException">The kernel would not take the name, or would make another one of it.</exception>
    public static void CheckName(string name)
    {
        bool isGood = Encoding.UTF8.GetByteCount(name) is > 0 and < Tap.NameSize && name is not ("." or "..")
            && !name.Any(character =>
                char.IsWhiteSpace(character) || char.IsControl(character) || character is '/' or ':' or '%');
        if (!isGood) throw new TapException($"'{name}' is no name of a network interface.", NameRules, "write, say, --tap nic0");
    }

    public static TapException NoDevice(Errno errno) => errno switch
    {
        Errno.ENOENT => new TapException(
            $"There is no {Tap.Path}, which makes network interfaces.",
            "the character device 10:200, which a container gets by --device /dev/net/tun",
            "sudo modprobe tun; sudo mkdir -p /dev/net && sudo mknod /dev/net/tun c 10 200 && sudo chmod 0666 /dev/net/tun"),
        Errno.ENODEV or Errno.ENXIO => new TapException(
            $"The kernel has no driver for {Tap.Path}: {errno}.", "the module tun (CONFIG_TUN)", "sudo modprobe tun"),
        Errno.EACCES or Errno.EPERM => new TapException(
            $"{Tap.Path} may not be opened: {errno}.",
            "the permissions of the device, or the device rules of a container (--device /dev/net/tun)",
            "sudo chmod 0666 /dev/net/tun"),
        _ => new TapException($"{Tap.Path} cannot be opened: {errno}.", "open(2)", "ulimit -n; ls -l /dev/net/tun"),
    };

    public static TapException NotMade(string name, Errno errno) => errno switch
    {
        Errno.EPERM => new TapException(
            $"The network interface {name} may not be made: {errno}.",
            "the capability CAP_NET_ADMIN in this network namespace, or an interface that was made for this user",
            $"sudo ip tuntap add dev {name} mode tap user $(id -un)   # or, in a network namespace of its own: unshare -Urn"),
        Errno.EBUSY => new TapException(
            $"The network interface {name} is there already, and another process has it.",
            "one process for an interface",
            "ip link   # then take another name"),
        Errno.EINVAL or Errno.EEXIST => new TapException(
            $"There is a network interface {name} already, and it is no tap.", "a name that is free (TUNSETIFF: " + errno
                + ")", "ip link   # then take another name"),
        _ => new TapException($"The network interface {name} cannot be made: {errno}.", "TUNSETIFF", "ip link; dmesg | tail"),
    };

    public static TapException Refused(string call, Errno errno) => errno switch
    {
        Errno.EBADFD => new TapException(
            "The network interface was removed while it was in use.",
            $"its life ({call}: {errno})",
            "run it again; do not remove it (ip link del), or its network namespace"),
        _ => new TapException(
            $"The network interface cannot be set up: {call} failed with {errno}.",
            "what the kernel lets this process set",
            "ip -details link"),
    };
}

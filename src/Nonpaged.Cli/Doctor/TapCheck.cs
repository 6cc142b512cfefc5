using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>TUN/TAP (Documentation/networking/tuntap.rst): what <c>run --tap</c> makes a network interface with.</summary>
internal static class TapCheck
{
    private const string Name = "TAP interfaces";
    private const string Required =
        "/dev/net/tun, and CAP_NET_ADMIN or an interface made for this user, for 'nonpaged run --tap'";

    public static Check Look(Surroundings here)
    {
        SysResult opened = here.Probe.OpenTap();
        if (opened.IsError)
        {
            string? device = here.Container.Device("/dev/net/tun");
            string meaning = "--tap is unavailable; everything else works.";
            return new Check(
                Name,
                CheckStatus.Missing,
                Required,
                $"{Tap.Path}: {opened}",
                device is null ? meaning : $"{meaning} {here.Container.Place}",
                device ?? Remedy(opened.Errno, here.Shell));
        }

        if (here.Process.Has(Capability.NetAdmin)) return new Check(
            Name, CheckStatus.Ok, Required, "interfaces can be made",
            "The kernel's own stack can send and receive through a driver.");
        string? line = here.Container.Capabilities("NET_ADMIN");
        return new Check(
            Name,
            CheckStatus.Warn,
            Required,
            "there, without CAP_NET_ADMIN",
            line is null
                ? "Interfaces can be used that were made for this user, as by this."
                : $"Interfaces cannot be made. {here.Container.Place}",
            line ?? here.Shell.AsRoot("ip tuntap add dev nic0 mode tap user $(id -un)"));
    }

    private static string Remedy(Errno errno, Shell shell) => errno switch
    {
        Errno.ENOENT => $"{shell.AsRoot("modprobe tun")}; "
            + $"{shell.AsRoot("mkdir -p /dev/net")} && {shell.AsRoot("mknod /dev/net/tun c 10 200")} && "
            + $"{shell.AsRoot("chmod 0666 /dev/net/tun")}",
        Errno.ENODEV or Errno.ENXIO => shell.AsRoot("modprobe tun"),
        _ => shell.AsRoot("chmod 0666 /dev/net/tun"),
    };
}

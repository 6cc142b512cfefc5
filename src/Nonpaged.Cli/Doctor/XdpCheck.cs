using Nonpaged.Interop;
using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>AF_XDP (Documentation/networking/af_xdp.rst): frames of a network card in memory that the program owns.</summary>
internal static class XdpCheck
{
    private const string Name = "AF_XDP";
    private const string Required = "the socket family; CAP_NET_RAW for a socket, CAP_BPF and CAP_NET_ADMIN for an XDP program";

    public static Check Look(Surroundings here)
    {
        SysResult opened = here.Probe.OpenXdpSocket();
        XdpFailure? socket = opened.IsError ? SocketFailures.Socket(opened.Errno) : null;
        if (socket is not null && socket.Kind != XdpFailureKind.Permission)
        {
            return new Check(
                Name, CheckStatus.Missing, Required,
                opened.Errno == Errno.EAFNOSUPPORT ? "no such socket family" : $"socket: {opened}",
                $"{Describe(socket)} Pool memory serves everything else.", socket.Remedy);
        }

        bool loads = here.Process.Has(Capability.Bpf) || here.Process.Has(Capability.SysAdmin);
        string[] lacking =
        [
            .. socket is null ? Array.Empty<string>() : ["net_raw"],
            .. loads ? Array.Empty<string>() : ["bpf"],
            .. here.Process.Has(Capability.NetAdmin) ? Array.Empty<string>() : ["net_admin"],
        ];
        if (lacking.Length > 0) return Lacks(here, lacking);
        return here.Probe.LoadXdpProgram() is { } program
            ? new Check(
                Name, CheckStatus.Warn, Required, "sockets can be opened, and no XDP program loaded",
                Describe(program), program.Remedy)
            : new Check(
                Name, CheckStatus.Ok, Required, "sockets can be opened, XDP programs attached",
                "A card's frames can be received into pool memory.");
    }

    private static Check Lacks(Surroundings here, string[] lacking)
    {
        string[] upper = [.. lacking.Select(name => name.ToUpperInvariant())];
        string? line = here.Container.Capabilities(upper);
        return new Check(
            Name,
            CheckStatus.Warn,
            Required,
            $"there, without {string.Join(", ", upper.Select(name => $"CAP_{name}"))}",
            line is null
                ? "This starts a shell whose programs have what is lacking."
                : $"Capabilities are lacking. {here.Container.Place}",
            line ?? here.Shell.WithCapabilities(lacking));
    }

    private static string Describe(XdpFailure failure) => $"{failure.Reason} Limit: {failure.Limit}.";
}

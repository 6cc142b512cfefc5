using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>AF_XDP (Documentation/networking/af_xdp.rst): frames of a network card in memory that the program owns.</summary>
internal static class XdpCheck
{
    private const string Name = "AF_XDP";
    private const string Required = "the socket family; CAP_NET_RAW for a socket, CAP_BPF and CAP_NET_ADMIN for an XDP program";

    public static Check Look(Surroundings here)
    {
        SysResult result = here.Probe.OpenXdpSocket();
        if (result.Errno == Errno.EAFNOSUPPORT)
        {
            return new Check(
                Name, CheckStatus.Missing, Required, "no such socket family",
                "This kernel was built without XDP_SOCKETS. Pool memory serves everything else.");
        }

        if (result.IsError && result.Errno != Errno.EPERM)
        {
            return new Check(
                Name, CheckStatus.Missing, Required, $"socket: {result}",
                "AF_XDP sockets cannot be opened. Pool memory serves everything else.");
        }

        bool loads = here.Process.Has(Capability.Bpf) || here.Process.Has(Capability.SysAdmin);
        string[] lacking =
        [
            .. result.IsError ? ["net_raw"] : Array.Empty<string>(),
            .. loads ? Array.Empty<string>() : ["bpf"],
            .. here.Process.Has(Capability.NetAdmin) ? Array.Empty<string>() : ["net_admin"],
        ];
        if (lacking.Length == 0) return new Check(
            Name, CheckStatus.Ok, Required, "sockets can be opened, XDP programs attached",
            "A card's frames can be received into pool memory.");
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
}

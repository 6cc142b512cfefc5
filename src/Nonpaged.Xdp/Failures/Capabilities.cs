using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>Which capabilities the process has, of those that AF_XDP needs (capabilities(7)).</summary>
internal static class Capabilities
{
    // linux/capability.h
    public const int NetAdmin = 12;
    public const int NetRaw = 13;
    public const int SysAdmin = 21;
    public const int Bpf = 39;

    /// <summary>Whether the calling thread has it.</summary>
    public static bool Has(int capability) =>
        !LibC.CapGet(out ulong effective).IsError && (effective >> capability & 1) != 0;

    /// <summary>Those of these that are lacking, by their names: CAP_BPF is part of CAP_SYS_ADMIN.</summary>
    public static string[] Lacking(params ReadOnlySpan<int> capabilities)
    {
        var lacking = new List<string>();
        foreach (int capability in capabilities)
        {
            if (!Has(capability) && !(capability == Bpf && Has(SysAdmin))) lacking.Add(NameOf(capability));
        }

        return [.. lacking];
    }

    public static string Describe(int capability) => Has(capability)
        ? $"this process has {NameOf(capability)}, but not in the user namespace that the network namespace belongs to"
        : $"this process does not have {NameOf(capability)}";

    /// <summary>A command that starts another one with capabilities, named as setpriv(1) does.</summary>
    public static string Grant(params ReadOnlySpan<string> names)
    {
        string list = string.Join(",+", names!);
        return $"setpriv --ambient-caps +{list} --inh-caps +{list} COMMAND (as root); in a container, "
            + string.Join(' ', names.ToArray().Select(name => $"--cap-add {name.ToUpperInvariant()}"));
    }

    private static string NameOf(int capability) => capability switch
    {
        NetAdmin => "CAP_NET_ADMIN",
        NetRaw => "CAP_NET_RAW",
        SysAdmin => "CAP_SYS_ADMIN",
        _ => "CAP_BPF",
    };
}

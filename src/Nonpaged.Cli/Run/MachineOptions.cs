using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary>The options that say which machine and which card.</summary>
internal sealed class MachineOptions
{
    private static readonly Dictionary<string, MachineKind> s_kinds = new()
    { ["qemu"] = MachineKind.Qemu, ["vfio"] = MachineKind.Vfio, ["sysfs"] = MachineKind.Sysfs };

    private static readonly Dictionary<string, Caching> s_noncached = new()
    {
        ["coherent"] = Caching.Coherent,
        ["uncached"] = Caching.Uncached,
        ["write-combined"] = Caching.WriteCombined,
    };

    private readonly Option<string?> _machine = Options.Text(
        "--machine",
        string.Join('|', s_kinds.Keys),
        "What the driver runs on: QEMU's device models, or a card of this machine. Default: qemu.");

    private readonly Option<string[]> _device = Options.Texts(
        "--device", "ADDRESS", "The card of this machine, by its PCI address, as 0000:00:04.0. With --peer twice.");

    private readonly Option<string[]> _region = Region.Option();

    private readonly Option<string?> _noncached = Options.Text(
        "--noncached", string.Join('|', s_noncached.Keys), "What NDIS_MEMORY_NONCACHED demands: "
            + "coherent memory, which needs no flush around DMA, or what the CPU does not cache (--region). Default: coherent.");

    public IEnumerable<Option> All => [_machine, _device, _region, _noncached];

    /// <summary>A card of this machine is driven, and not a model.</summary>
    public bool IsHardware(ParseResult parsed) =>
        parsed.GetValue(_machine) is { } name and not "qemu" && s_kinds.ContainsKey(name);

    /// <exception cref="CommandException">A value makes no sense.</exception>
    public RunRequest Read(ParseResult parsed, RunRequest request)
    {
        string name = parsed.GetValue(_machine) ?? "qemu";
        string[] devices = parsed.GetValue(_device) ?? [];
        if (!s_kinds.TryGetValue(name, out MachineKind kind))
        {
            throw new CommandException(
                $"--machine '{name}' is not a machine.",
                $"the machines are {string.Join(", ", s_kinds.Keys)}",
                "write, say, --machine qemu");
        }

        string noncached = parsed.GetValue(_noncached) ?? "coherent";
        if (!s_noncached.TryGetValue(noncached, out Caching caching))
        {
            throw new CommandException(
                $"--noncached '{noncached}' is no caching.",
                $"it is one of {string.Join(", ", s_noncached.Keys)}",
                "write, say, --noncached uncached");
        }

        request = request with { Noncached = caching, Regions = Region.Parse(parsed.GetValue(_region)) };
        if (request.Regions.Count > 0 && kind != MachineKind.Sysfs)
        {
            throw new CommandException(
                $"--region names memory by its physical address, which is not what devices of --machine {name} are told.",
                "--machine sysfs",
                "nonpaged run --machine sysfs --device 0000:00:04.0 --region 64M@0x20000000");
        }

        if (kind == MachineKind.Qemu)
        {
            return devices.Length == 0 ? request : throw new CommandException(
                "--device names a card of this machine, and QEMU's machine has none of these.",
                "--machine, which is qemu",
                $"nonpaged run --machine sysfs --device {devices[0]}");
        }

        int wanted = request.Peer ? 2 : 1;
        if (devices.Length != wanted)
        {
            throw new CommandException(
                $"--machine {name} needs --device {(wanted == 1 ? "once" : "twice")}: which card of this machine to drive.",
                "the cards that no driver of the kernel's uses",
                $"nonpaged run --machine {name} {string.Join(' ', Enumerable.Repeat("--device 0000:00:04.0", wanted))}");
        }

        if (request.Nic is not null || request.Pcap is not null || request.Ram != new RunRequest().Ram)
        {
            throw new CommandException(
                $"--nic, --ram and --pcap are for QEMU's machine, and not for --machine {name}.",
                "what a card of this machine can be told",
                $"nonpaged run --machine {name} --device {devices[0]}");
        }

        return request with { Machine = kind, Devices = devices };
    }
}

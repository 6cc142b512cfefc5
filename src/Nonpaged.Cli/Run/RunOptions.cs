using System.CommandLine;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

/// <summary>The options of <c>run</c>, and how they become a request.</summary>
internal sealed class RunOptions
{
    // The sequence numbers of ICMP (RFC 792) have 16 bits.
    private const int MostPings = 65_535;
    private const int LongestHold = 1_000_000;

    private readonly Option<string?> _driver = Options.Text(
        "--driver", "e1000|rtl8139", "The miniport. Default: the one that matches the NIC, or e1000.");
    private readonly Option<string?> _nic = Options.Text(
        "--nic", "MODEL[,PROPERTY=VALUE]",
        "The network card, by QEMU's name for it, with properties of QEMU's; none for no card. Default: the driver's own.")
        .Completing(NicChoice.Names);
    private readonly Option<string?> _ram = Options.Text("--ram", "SIZE", "The machine's RAM. Default: 64M.");
    private readonly Option<string?> _count = Options.Text("--count", "N", "How many pings. Default: 10.");
    private readonly Option<string?> _hold = Options.Text(
        "--hold", "SECONDS", "Keep the adapter up after the pings. Ctrl+C ends it in order.");
    private readonly Option<string?> _pcap = Options.Text(
        "--pcap", "FILE", "Write the traffic to a file for tcpdump, tshark or Wireshark.");
    private readonly Option<string?> _profile = Options.Text(
        "--profile", "ddk|ce3|ce5", "Whose NDIS_MEMORY_CONTIGUOUS: honoured, ignored or refused. Default: ddk.");

    private readonly Option<string[]> _set = Options.Texts(
        "--set", "[DRIVER:]KEY=VALUE",
        "A parameter of the drivers, or of one, as its INF file would set it. May be given again.");
    private readonly Option<string?> _config = Options.Text(
        "--config", "FILE", "Parameters of the drivers, [DRIVER:]KEY=VALUE a line; # begins a comment. --set comes after it.");
    private readonly Option<bool> _trace = Options.Flag(
        "--trace", "Show each NDIS call of a C driver on standard error; with --json as a JSON object a line.");
    private readonly Option<bool> _guard = Options.Flag(
        "--guard",
        "Report writes past the end of the driver's blocks, and writes to those that it freed, by the card, too. Slow.");
    private readonly Option<bool> _strict = Options.Flag("--strict",
        $"Exit with {ExitCode.Findings} where the driver ran and did wrong: a report, a leak, a lost or changed frame.");
    private readonly Option<bool> _peer = Options.Flag(
        "--peer", "Two network cards on one hub exchange numbered, checksummed frames, in place of lease and pings.");
    private readonly Option<string[]> _tap = Options.Texts("--tap", "NAME", "Make the adapter the network interface NAME, "
        + "until a signal comes, in place of lease and pings; with --peer once for each.");
    private readonly Option<string?> _frames = Options.Text("--frames", "N", "With --peer: how many. Default: 1000000.");
    private readonly Option<string?> _length = Options.Text(
        "--length", "BYTES", "With --peer: of each frame, 60 to 1514. Default: 60.");
    private readonly StackOptions _stack = new();
    private readonly MapOptions _map = new();
    private readonly MachineOptions _machine = new();
    private readonly VfioRunOptions _vfio = new();
    private readonly DeviceRunOptions _devices = new();

    /// <summary>The shared object of a C driver.</summary>
    public Argument<string?> DriverFile { get; } = new("DRIVER.so")
    {
        Description =
            "A driver in C, compiled against the headers that 'nonpaged sdk' writes. Default: one of the miniports in C#.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<bool> Json { get; } = Options.Json();

    public IEnumerable<OptionGroup> Groups =>
    [
        new("Drivers and card", [_driver, _nic, .. _stack.All, _set, _config, _profile]),
        new("Machine", [_ram, .. _machine.All, .. _vfio.All]),
        new("Traffic", [_count, _hold, _tap, _peer, _frames, _length, _pcap]),
        new("Devices of drivers", [.. _devices.All]),
        new("Checks and output", [_guard, _strict, _trace, .. _map.All, Json]),
    ];

    /// <summary>Reads the values.</summary>
    /// <exception cref="CommandException">A value makes no sense.</exception>
    public RunRequest Read(ParseResult parsed)
    {
        var defaults = new RunRequest();
        string? file = parsed.GetValue(DriverFile);
        bool trace = parsed.GetValue(_trace);
        CheckDriverFile(parsed, file, trace);
        string[] taps = ReadTaps(parsed);
        RunRequest request = _stack.Read(parsed, NicChoice.Read(parsed.GetValue(_nic), defaults) with { DriverFile = file });
        CheckCard(parsed, request);
        return _devices.Read(parsed, _vfio.Read(parsed, _machine.Read(parsed, NicChoice.Check(request with
        {
            Settings = DriverSettings.Read(parsed.GetValue(_config), parsed.GetValue(_set) ?? []),
            Trace = trace,
            Guard = parsed.GetValue(_guard),
            Taps = taps,
            Peer = parsed.GetValue(_peer),
            Frames = parsed.GetValue(_frames) is { } frames ? Number.Parse("--frames", frames, 1, int.MaxValue) : defaults.Frames,
            Length = parsed.GetValue(_length) is { } length
                ? Number.Parse("--length", length, FrameExchange.ShortestFrame, FrameExchange.LongestFrame)
                : defaults.Length,
            Driver = parsed.GetValue(_driver) is { } driver ? MiniportChoice.Find(driver).Name : null,
            Strict = parsed.GetValue(_strict),
            Ram = parsed.GetValue(_ram) is { } ram ? Size.Parse("--ram", ram) : defaults.Ram,
            Count = parsed.GetValue(_count) is { } count ? Number.Parse("--count", count, 1, MostPings) : defaults.Count,
            Hold = parsed.GetValue(_hold) is { } hold ? TimeSpan.FromSeconds(Number.Parse("--hold", hold, 0, LongestHold))
                : taps.Length > 0 ? Timeout.InfiniteTimeSpan
                : defaults.Hold,
            Pcap = parsed.GetValue(_pcap) is { } pcap ? OutputFile.Parse("--pcap", pcap, "run.pcap") : null,
            Profile = parsed.GetValue(_profile) is { } profile ? ReadProfile(profile) : defaults.Profile,
            Map = _map.Read(parsed),
        }))));
    }

    /// <summary>What is known of the request where a value makes no sense.</summary>
    public RunDocument Unread(ParseResult parsed) =>
        RunDocument.Empty with
        {
            Nic = parsed.GetValue(_nic)?.Split(',')[0],
            Driver = parsed.GetValue(_driver),
            Profile = parsed.GetValue(_profile),
        };

    private void CheckDriverFile(ParseResult parsed, string? file, bool trace)
    {
        if (file is null)
        {
            if (trace) throw new CommandException(
                "--trace shows the calls of a C driver, and there is none.",
                "the drivers in C#, which call without C in between",
                "nonpaged run ./driver.so --nic MODEL --trace");
            return;
        }

        if (parsed.GetValue(_driver) is not null)
        {
            throw new CommandException(
                $"Both {file} and --driver were given.", "one driver for a network card", $"nonpaged run {file} --nic MODEL");
        }

        if (!File.Exists(file)) throw new CommandException(
            $"{file} does not exist, or is no file.",
            "the driver's file",
            "cc -shared -fPIC $(pkg-config --cflags ndis) driver.c -o driver.so");
    }

    // After the stack was read: its lowest driver may say it.
    private void CheckCard(ParseResult parsed, RunRequest request)
    {
        if (request.DriverFile is { } file && request.Nic is null && !_machine.IsHardware(parsed))
        {
            throw new CommandException(
                "A C driver does not say which network card it is for, nor what it lies over.",
                "--nic, which names the card of a miniport; --over, which names what another driver lies over",
                $"nonpaged run {file} --nic rtl8139");
        }
    }

    private string[] ReadTaps(ParseResult parsed)
    {
        string[] names = parsed.GetValue(_tap) ?? [];
        if (names.Length == 0) return names;
        bool isPeer = parsed.GetValue(_peer);
        if (names.Length != (isPeer ? 2 : 1) || names.Distinct().Count() < names.Length)
        {
            throw new CommandException(
                $"--tap was given {names.Length} times, with {names.Distinct().Count()} names.",
                isPeer ? "two adapters with --peer, each with a name of its own" : "one adapter; two with --peer",
                isPeer ? "nonpaged run --peer --tap nic0 --tap nic1" : "nonpaged run --tap nic0");
        }

        foreach (Option<string?> other in new[] { _count, _frames, _length })
        {
            if (parsed.GetValue(other) is not null)
            {
                throw new CommandException(
                    $"Both --tap and {other.Name} were given.",
                    "the kernel's own stack, which sends what it is asked to",
                    "nonpaged run --tap nic0, then: ping -I nic0 ADDRESS");
            }
        }

        return names;
    }

    private static NdisProfile ReadProfile(string text) => text switch
    {
        "ddk" => NdisProfile.Ddk,
        "ce3" => NdisProfile.Ce3,
        "ce5" => NdisProfile.Ce5,
        _ => throw new CommandException(
            $"--profile '{text}' is not a profile.", "the profiles are ddk, ce3 and ce5", "write, say, --profile ddk"),
    };
}

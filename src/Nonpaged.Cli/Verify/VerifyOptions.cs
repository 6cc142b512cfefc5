using System.CommandLine;
using Nonpaged.Verify;

namespace Nonpaged.Cli;

/// <summary>The options of <c>verify</c>, and how they become a request.</summary>
internal sealed class VerifyOptions
{
    // See QemuOptions.HasIommu.
    private const ulong MostForDma = 256UL << 20;

    private readonly Option<string?> _driver = Options.Text(
        "--driver", "e1000|rtl8139", "A miniport in C# in place of DRIVER.so.");

    private readonly Option<string?> _nic = Options.Text(
        "--nic", "MODEL[,PROPERTY=VALUE]",
        "The network card, by QEMU's name for it, with properties of QEMU's; none for no card. A miniport in C# knows its own.")
        .Completing(NicChoice.Names);

    private readonly Option<string[]> _over = Options.Texts(
        "--over", "DRIVER",
        "What a protocol or intermediate driver lies over: e1000, rtl8139, or a C driver. Again for what that lies over.")
        .Completing(StackOptions.OwnDrivers);

    private readonly Option<string?> _ram = Options.Text("--ram", "SIZE", "The machine's RAM. Default: 64M.");

    private readonly Option<string[]> _set = Options.Texts(
        "--set", "[DRIVER:]KEY=VALUE", "A parameter of the drivers, or of one, as its INF file would set it. May be given "
            + "again.");

    private readonly Option<string?> _config = Options.Text(
        "--config", "FILE", "Parameters of the drivers, [DRIVER:]KEY=VALUE a line; # begins a comment.");

    private readonly Option<string[]> _only = Options.Texts(
        "--only", "CHECK", $"One check, and again for more: {string.Join(", ", VerifyChecks.Names)}. Default: all.")
        .Completing([.. VerifyChecks.Names]);

    private readonly Option<string?> _seed = Options.Text(
        "--seed", "N", "What random choices begin with, to have the same ones again. Default: 1.");

    private readonly Option<string?> _run = Options.Text("--run", "NAME", "One run of a check alone, as a finding names it.");

    private readonly Option<string?> _baseline = Options.Text(
        "--baseline", "FILE", "Findings that are in it are known: they are shown, and do not make the command fail.");

    private readonly Option<bool> _writeBaseline = Options.Flag(
        "--write-baseline", "Write what is found to the file of --baseline.");

    private readonly Option<string?> _json = Options.Text("--json", "FILE", "Write a JSON document; - is standard output.");
    private readonly Option<string?> _junit = Options.Text("--junit", "FILE", "Write a report as JUnit does, for CI.");
    private readonly Option<string?> _sarif = Options.Text("--sarif", "FILE", "Write a report in SARIF 2.1.0, for code hosts.");
    private readonly Option<string?> _html = Options.Text("--html", "FILE", "Write a page for people, in one file.");

    public Argument<string?> DriverFile { get; } = new("DRIVER.so")
    {
        Description = "A driver in C, compiled with -g against the headers that 'nonpaged sdk' writes.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public IEnumerable<Option> Subject => [_driver, _nic, _over, _ram, _set, _config];

    public IEnumerable<OptionGroup> Groups =>
    [
        new("What is verified", [.. Subject]),
        new("Checks", [_only, _seed, _run]),
        new("Known findings", [_baseline, _writeBaseline]),
        new("Reports", [_json, _junit, _sarif, _html]),
    ];

    /// <summary>Reads the values.</summary>
    /// <exception cref="CommandException">A value makes no sense.</exception>
    public VerifyRequest Read(ParseResult parsed)
    {
        string? baseline = parsed.GetValue(_baseline);
        if (parsed.GetValue(_writeBaseline) && baseline is null)
            throw new CommandException("--write-baseline writes the file of --baseline, and there is none.", "a file's name",
                "write, say, --baseline known.txt --write-baseline");
        VerifyCheck[] checks = [.. (parsed.GetValue(_only) ?? []).SelectMany(text => text.Split(',')).Select(ReadCheck)];
        string? only = parsed.GetValue(_run);
        if (only is not null && checks.Length != 1)
            throw new CommandException("--run names a run of one check.", "--only CHECK beside it",
                $"write, say, --only special-pool --run {only}");
        RunRequest subject = ReadSubject(parsed);
        if (subject.Ram > MostForDma && (checks.Length == 0 || checks.Contains(VerifyCheck.Dma)))
        {
            throw new CommandException(
                $"--ram {Size.Format(subject.Ram)} is more than the tables of QEMU's IOMMU have room for here.",
                "256 MiB for the check dma", "write --ram 256M, or name the other checks with --only");
        }

        return new VerifyRequest
        {
            Run = subject,
            Checks = checks.Length == 0 ? VerifyChecks.All : [.. VerifyChecks.All.Where(checks.Contains)],
            Seed = parsed.GetValue(_seed) is { } seed ? Number.Parse("--seed", seed, 0, int.MaxValue) : 1,
            OnlyRun = only,
            Baseline = baseline is null ? null : OutputFile.Parse("--baseline", baseline, "known.txt"),
            WritesBaseline = parsed.GetValue(_writeBaseline),
            Json = parsed.GetValue(_json) is "-" ? "-" : FileOf("--json", parsed.GetValue(_json), "verify.json"),
            Junit = FileOf("--junit", parsed.GetValue(_junit), "verify.xml"),
            Sarif = FileOf("--sarif", parsed.GetValue(_sarif), "verify.sarif"),
            Html = FileOf("--html", parsed.GetValue(_html), "verify.html"),
            SubjectWords = Words(parsed),
        };
    }

    /// <summary>What is verified.</summary>
    /// <exception cref="CommandException">A value makes no sense.</exception>
    public RunRequest ReadSubject(ParseResult parsed)
    {
        string? file = parsed.GetValue(DriverFile);
        string? driver = parsed.GetValue(_driver);
        if (file is null && driver is null)
            throw new CommandException("There is no driver to verify.", "DRIVER.so, or --driver e1000|rtl8139",
                "nonpaged verify ./driver.so --nic MODEL");
        if (file is not null && driver is not null)
            throw new CommandException($"Both {file} and --driver were given.", "one driver",
                $"nonpaged verify {file} --nic MODEL");
        if (file is not null && !File.Exists(file))
            throw new CommandException($"{file} does not exist, or is no file.", "the driver's file",
                "cc -g -shared -fPIC $(pkg-config --cflags ndis) driver.c -o driver.so");
        string[] over = parsed.GetValue(_over) ?? [];
        RunRequest request = NicChoice.Read(parsed.GetValue(_nic), new RunRequest()) with
        {
            DriverFile = file,
            Driver = driver is null ? null : MiniportChoice.Find(driver).Name,
            Over = StackOptions.Checked(over),
            Settings = DriverSettings.Read(parsed.GetValue(_config), parsed.GetValue(_set) ?? []),
        };
        if (parsed.GetValue(_ram) is { } ram) request = request with { Ram = Size.Parse("--ram", ram) };
        if (request.Nic is not null) return request;
        string? lowest = driver ?? (over.Length > 0 && StackOptions.IsOwn(over[^1]) ? over[^1] : null);
        return lowest is not null ? request with { Nic = lowest } : throw new CommandException(
            $"{file} drives a card, and --nic does not say which.", "QEMU's name of the network card, or none",
            $"nonpaged verify {file} --nic MODEL");
    }

    private List<string> Words(ParseResult parsed)
    {
        List<string> words = [];
        if (parsed.GetValue(DriverFile) is { } file) words.Add(file);
        foreach (Option option in Subject)
        {
            IEnumerable<string> values = option is Option<string[]> several ? parsed.GetValue(several) ?? []
                : parsed.GetValue((Option<string?>)option) is { } one ? [one]
                : [];
            foreach (string value in values) words.AddRange([option.Name, value]);
        }

        return words;
    }

    private static VerifyCheck ReadCheck(string text) => VerifyChecks.Find(text) ?? throw new CommandException(
        $"--only '{text}' is not a check.", $"the checks are {string.Join(", ", VerifyChecks.Names)}",
            "write, say, --only locks");

    private static string? FileOf(string option, string? text, string example) =>
        text is null ? null : OutputFile.Parse(option, text, example);
}

using System.CommandLine;
using System.Text.Json;

namespace Nonpaged.Bench;

/// <summary>bench xdp.</summary>
internal static class XdpCommand
{
    private const int Rounds = 9;
    private const double Seconds = 0.4;

    private static readonly Option<bool> s_json = new("--json") { Description = "One JSON document on standard output." };
    private static readonly Option<int> s_rounds = new("--rounds")
    { Description = "Rounds that count.", DefaultValueFactory = _ => Rounds };
    private static readonly Option<double> s_seconds = new("--seconds")
    { Description = "A turn's length.", DefaultValueFactory = _ => Seconds };
    private static readonly Option<string?> s_save = Saved.Option();

    public static Command Create()
    {
        var command = new Command("xdp", "Frames through AF_XDP sockets, beside C with libxdp and DPDK's net_af_xdp.")
        { s_json, s_rounds, s_seconds, s_save };
        s_rounds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000) result.AddError("--rounds is 1 to 1000.");
        });
        s_seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0.05 and <= 30)) result.AddError("--seconds is 0.05 to 30.");
        });
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        string? file = Saved.Target(parsed, s_save, "xdp.json");
        int rounds = parsed.GetValue(s_rounds);
        double seconds = parsed.GetValue(s_seconds);
        IReadOnlyList<FramesRow> frames = new FramesBench(rounds, Console.Error, cancellation).Run();
        IReadOnlyList<XdpRow> rows = new XdpBench(rounds, seconds, Console.Error, cancellation).Run(XdpCase.All);
        var results = new XdpResults(
            MachineFacts.Read() with { Source = MachineFacts.CurrentXdpSource }, AllocatorVersions.Read(), rounds, seconds, rows,
            frames);
        string json = JsonSerializer.Serialize(results, BenchJson.Default.XdpResults);
        if (file is not null) File.WriteAllText(file, json + "\n");
        Console.Out.WriteLine(parsed.GetValue(s_json) ? json : XdpTable.Of(results));
        return 0;
    }
}

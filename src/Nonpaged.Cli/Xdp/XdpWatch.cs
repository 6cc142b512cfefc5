using System.Diagnostics;
using System.Globalization;
using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>
/// An interface's counters and its program, second by second. It opens no socket: one on a queue whose program brings frames
/// to it would take them away.
/// </summary>
internal sealed class XdpWatch(Screen screen, string name, int seconds, bool isJson)
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private readonly SystemFiles _files = new("");

    public async Task<int> RunAsync()
    {
        using var interruption = new Interruption();
        int second = 0;
        try
        {
            XdpCounters before = Read();
            screen.Say($"watching {name} (Ctrl+C ends it). The counters are the interface's: those of other processes' AF_XDP "
                + "sockets are not in them; ss --xdp -e shows some where the kernel has xdp_diag.");
            if (!isJson)
                screen.WriteWhole(Line("rx packets/s", "bytes/s", "drops/s", "tx packets/s", "bytes/s", "drops/s", "program"));
            long last = Stopwatch.GetTimestamp();
            using var timer = new PeriodicTimer(s_second);
            for (second = 1; second <= seconds; second++)
            {
                if (!await Ticks.WaitAsync(timer, interruption.Token)) break;
                (XdpCounters now, TimeSpan time) = (Read(), Stopwatch.GetElapsedTime(last));
                last = Stopwatch.GetTimestamp();
                Show(second, now.Received.Rate(before.Received, time), now.Sent.Rate(before.Sent, time));
                before = now;
            }

            return ExitCode.Success;
        }
        catch (XdpException exception)
        {
            var failure = FailureDocument.From(exception.Failure);
            if (isJson) screen.WriteWhole(CliJson.Write(new XdpWatchDocument(name, second, null, null, null, failure)));
            else FailurePrinter.Print(screen, failure);
            return ExitCode.Failure;
        }
    }

    private XdpCounters Read() =>
        XdpCounters.Read(_files, name) ?? throw new XdpException(BindFailures.NoInterface(name));

    private void Show(int second, XdpTally received, XdpTally sent)
    {
        var program = XdpProgramDocument.From(XdpInterface.Find(name));
        if (isJson)
        {
            screen.WriteWhole(CliJson.Write(new XdpWatchDocument(name, second, received, sent, program, null)));
            return;
        }

        screen.WriteWhole(Line(
            Text(received.Packets), Text(received.Bytes), Text(received.Dropped), Text(sent.Packets), Text(sent.Bytes),
            Text(sent.Dropped), program?.ToString() ?? "none"));
    }

    private static string Line(params ReadOnlySpan<string> cells) => string.Create(
        CultureInfo.InvariantCulture,
        $"{cells[0],14}{cells[1],14}{cells[2],10}{cells[3],14}{cells[4],14}{cells[5],10}  {cells[6]}");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

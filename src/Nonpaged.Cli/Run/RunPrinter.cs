using System.Globalization;
using System.Net;
using Nonpaged.Machines;
using Nonpaged.Ndis;
using Nonpaged.Protocols;
using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows a run to a person, as it goes. Silent under --json, but for the map.</summary>
internal sealed class RunPrinter(Screen screen, bool isSilent)
{
    private int _shownAllocations;

    public void ShowMachine(RunMachine machine, RunDocument document)
    {
        if (isSilent) return;
        string card = machine.Nic switch
        {
            PciDevice nic => $"{document.Nic} ({new PciId(nic.VendorId, nic.DeviceId)}) at {nic.Place}",
            VirtualDevice => "no network card",
            _ => $"{document.Nic} at {machine.Nic.Place}, interrupt {machine.Nic.InterruptVector}",
        };
        Line("machine", $"{machine.Machine.Name}, {machine.Memory}; {card}");
        if (machine.Warning is { } warning) Line("danger", warning);
    }

    public void ShowDriver(Adapter adapter, TimeSpan time, RunRequest request)
    {
        if (isSilent) return;
        Line("driver", string.Create(CultureInfo.InvariantCulture,
            $"{adapter.Driver.Name} runs after {time.TotalSeconds:0.00} s, address {adapter.MacAddress}; "
                + $"NDIS profile {request.Profile.ToString().ToLowerInvariant()}"));
    }

    public void ShowStack(IReadOnlyList<StackDocument> stack)
    {
        if (isSilent) return;
        foreach (StackDocument one in stack)
        {
            string adapters = one.Adapters.Count == 0 ? "" : $": {string.Join(", ", one.Adapters)}";
            string over = one.Over.Count == 0 ? "nothing" : string.Join(", ", one.Over);
            Line("stack", $"{one.Driver}, {one.Kind}{adapters}, over {over}");
        }
    }

    public void ShowAllocations(IEnumerable<NdisAllocation> allocations)
    {
        if (isSilent) return;
        List<AllocationDocument> fresh = [.. allocations.Skip(_shownAllocations).Select(AllocationDocument.From)];
        _shownAllocations += fresh.Count;
        AllocationTable.Print(screen, fresh);
    }

    public void ShowLease(DhcpLease lease, TimeSpan time)
    {
        if (!isSilent) Line(
            "lease",
            string.Create(CultureInfo.InvariantCulture, $"{lease.Address} from {lease.Server} after {time.TotalSeconds:0.00} s"));
    }

    public void ShowPings(PingResult pings)
    {
        if (isSilent) return;
        string times = pings.RoundTrips is { } trips
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", in {trips.Shortest.TotalMilliseconds:0.00} to {trips.Longest.TotalMilliseconds:0.00} ms, "
                    + $"on average {trips.Mean.TotalMilliseconds:0.00}")
            : "";
        Line("pings", $"{pings.Target}: {pings.Received} of {pings.Sent} answered{times}");
    }

    public void ShowDevices(string path, IPAddress? responder)
    {
        if (isSilent) return;
        string other = responder is null ? "" : $"; {responder} answers ARP and ping";
        Line("devices", $"{path}{other}");
    }

    public void ShowTap(TapInterface tap, Adapter adapter)
    {
        if (!isSilent) Line("tap", $"{tap.Name}, address {adapter.MacAddress}, MTU {tap.Mtu}; "
            + $"ip address add ADDRESS/24 dev {tap.Name} && ip link set {tap.Name} up");
    }

    public void ShowTapEnd(TapDocument tap)
    {
        if (!isSilent) Line(
            "tap",
            $"{tap.Name}: {tap.Sent} frames sent and {tap.NotSent} not, {tap.Received} received and {tap.NotReceived} not taken");
    }

    public void ShowExchange(FrameExchangeResult result)
    {
        if (isSilent) return;
        Line("peer", string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Received} of {result.Sent} frames of {result.Length} B arrived in {result.Time.TotalSeconds:0.00} s: "
                + $"{result.FramesPerSecond:0} frames/s; {result.Changed} changed, {result.Disordered} out of order"));
    }

    public void ShowMap(MapPool pool, RunRequest request) => request.Map.Print(screen, pool, isJson: isSilent);

    public void ShowSurvey(SurveyDocument survey)
    {
        if (isSilent) return;
        foreach (OidDocument oid in survey.Oids.Where(oid => oid.Value is not null))
            Line("oid", $"{oid.Name}: {oid.Value}");
        IEnumerable<OidDocument> refused = survey.Oids.Where(oid => oid.Value is null);
        foreach (IGrouping<string, OidDocument> alike in refused.GroupBy(oid => oid.StatusText))
            Line("oid", $"{alike.Key}: {string.Join(", ", alike.Select(oid => oid.Name))}");
        Line("loopback", $"{survey.Sent} frames sent, {survey.Failed} failed, {survey.Returned} came back");
    }

    public void ShowEnd(RunDocument document)
    {
        if (isSilent) return;
        AllocationTable.Print(screen, [.. document.Allocations.Skip(_shownAllocations)]);
        if (document.FurtherAllocations > 0)
            Line("", $"and {document.FurtherAllocations} further calls for memory, which are not listed");
        Line("frames", $"{document.Frames.Sent} sent, {document.Frames.Received} received, {document.Frames.Bad} bad");
        // Leaks have lines of their own.
        foreach (ReportDocument report in document.Reports.Where(report => report.Kind != nameof(NdisReportKind.Leak)))
        {
            string times = report.Count > 1 ? $" ({report.Count} times)" : "";
            Line("report", $"{report.Driver}: {report.Call}: {report.Message}{times}");
        }

        if (document.FurtherReports > 0)
            Line("report", $"and {document.FurtherReports} further ones, which are not listed");
        ShowLeaks(document.Leaks);
        if (document.Noncached is { } noncached)
        {
            Line("scarce", $"{Size.Format(noncached.Peak)} of {Size.Format(noncached.Total)} of {noncached.Caching} memory taken "
                + "at most (C16)");
        }

        int obtained = document.Allocations.Count(allocation => allocation.VirtualAddress is not null);
        int freed = document.Allocations.Count(allocation => allocation.Freed);
        int left = document.Leaks.Count(leak => leak.Length is not null);
        string blocks = $"{freed} of {obtained} blocks freed{(document.FurtherAllocations > 0 ? " of those listed" : "")}";
        Line("halted", document.Outstanding == 0
            ? $"{blocks}, nothing outstanding"
            : $"{blocks}; the driver left {Count(left, "block")} and {Count(document.Outstanding - left, "handle")}, "
                + "which were taken from it");
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private void ShowLeaks(IReadOnlyList<LeakDocument> leaks)
    {
        IEnumerable<IGrouping<(string Driver, string Call, ulong? Length, string? Tag, string? Site), LeakDocument>> groups =
            leaks.GroupBy(leak => (leak.Driver, leak.Call, leak.Length, leak.Tag, leak.Site));
        foreach (IEnumerable<LeakDocument> alike in groups)
        {
            LeakDocument leak = alike.First();
            int count = alike.Count();
            string times = count == 1 ? "" : $" ({count} times)";
            string tag = leak.Tag is null ? "" : $", tag '{leak.Tag}'";
            string site = leak.Site is null ? "" : $", from {leak.Site}";
            Line("leak", $"{leak.Driver}: {leak.Call}: "
                + $"{(leak.Length is { } length ? $"{length} bytes" : leak.What.TrimEnd('.'))}{tag}{site}{times}");
        }
    }

    private void Line(string name, string text)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().Width(8).PadRight(1));
        grid.AddColumn(new GridColumn().PadRight(0));
        grid.AddRow(new Markup($"[bold]{name}[/]"), new Text(text));
        screen.Out.Write(grid);
    }
}

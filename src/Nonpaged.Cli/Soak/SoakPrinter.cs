using System.Globalization;
using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows what a soak did and found.</summary>
internal static class SoakPrinter
{
    public static void Print(Screen screen, SoakDocument document)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn(new GridColumn().PadRight(0));
        Row(grid, "seed", $"{document.Seed}");
        Row(grid, "ran", string.Create(
            CultureInfo.InvariantCulture,
            $"{document.Seconds:0.0} s on {document.Threads} threads, ceiling {Size.Format(document.Ceiling)}"));
        Row(grid, "blocks", string.Create(
            CultureInfo.InvariantCulture,
            $"{document.Allocations:N0}, all filled, checked and freed: {document.BytesChecked >> 20:N0} MiB"));
        IEnumerable<string> pins = document.Pins.Select(
            pin => string.Create(CultureInfo.InvariantCulture, $"{pin.Key} {pin.Value:N0}"));
        Row(grid, "pinned", string.Join(", ", pins));
        Row(
            grid,
            "frames",
            string.Create(CultureInfo.InvariantCulture, $"{document.PagesChecked:N0} compared with the kernel's table"));
        Row(grid, "peak", $"{document.Peak >> 20} MiB held; shrank {document.Shrinks} times");
        if (document.Refusals.Count == 0) Row(grid, "refused", "none");
        foreach (RefusalDocument refusal in document.Refusals)
            Row(grid, "refused", string.Create(CultureInfo.InvariantCulture, $"{refusal.Count:N0} by {refusal.Limit}"));
        Row(grid, "outstanding", $"{document.Outstanding} bytes");
        foreach (string error in document.Errors) grid.AddRow(new Markup("[red]error[/]"), new Text(error));
        grid.AddRow(new Text("result"), new Markup(
            document.Holds ? "[green]✓[/] no error, nothing outstanding" : "[red]✗[/] failed; --seed repeats its requests"));
        screen.Out.Write(grid);
    }

    public static void Print(Screen screen, HeapSoakDocument document)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn(new GridColumn().PadRight(0));
        Row(grid, "seed", $"{document.Seed}");
        Row(grid, "ran", string.Create(
            CultureInfo.InvariantCulture,
            $"{document.Seconds:0.0} s on {document.Threads} threads, ceiling {Size.Format(document.Ceiling)}"));
        Row(grid, "operations", string.Create(CultureInfo.InvariantCulture, $"{document.Operations:N0}, "
            + $"{document.Rate / 1e6:0.0} million a second; 10^9 take {1e9 / Math.Max(document.Rate, 1):0} s"));
        Row(
            grid,
            "checked",
            string.Create(CultureInfo.InvariantCulture, $"every block when it was freed: {document.BytesChecked >> 20:N0} MiB"));
        Row(grid, "threads", string.Create(
            CultureInfo.InvariantCulture,
            $"{document.HandedOver:N0} blocks freed by another thread, {document.ThreadsEnded:N0} threads ended"));
        Row(grid, "bad frees", string.Create(CultureInfo.InvariantCulture, $"{document.BadFreesRefused:N0}, all refused"));
        Row(grid, "outstanding", $"{document.Outstanding} bytes");
        foreach (string error in document.Errors) grid.AddRow(new Markup("[red]error[/]"), new Text(error));
        grid.AddRow(new Text("result"), new Markup(
            document.Holds ? "[green]✓[/] no error, nothing outstanding" : "[red]✗[/] failed; --seed repeats its requests"));
        screen.Out.Write(grid);
    }

    private static void Row(Grid grid, string name, string text) => grid.AddRow(new Text(name), new Text(text));
}

using System.Globalization;
using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows what the attacks did: a line for each attack, a column for each memory, the pool's first.</summary>
internal static class ProvePrinter
{
    public static void Print(Screen screen, IReadOnlyList<ProveRow> rows)
    {
        IGrouping<(string Memory, string? Pin), ProveRow>[] columns = [.. rows.GroupBy(Column)];
        string rungs = string.Join(
            " and ", rows.Select(row => row.Rung).OfType<string>().Distinct().Select(rung => $"\"{rung}\""));
        string most = Size.Format(rows.Max(row => row.Pages) * Page.Size);
        screen.WriteWhole($"{most} of each, in pages of 4 KiB. ★ nonpaged, by kind of pin, from {rungs}.");
        screen.Out.MarkupLine(
            "[dim]moved / changed: pages in another frame / with other contents. ? cannot be known, - not attacked.[/]");
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        // Two spaces between columns: with the usual three the table is wider than 80.
        table.AddColumn(new TableColumn("attack").PadRight(1));
        foreach ((string memory, string? pin) in columns.Select(column => column.Key))
            table.AddColumn(new TableColumn(pin is null ? memory : $"[bold]★ {pin}[/]").NoWrap().PadLeft(0).PadRight(1));
        foreach (IGrouping<string, ProveRow> attack in rows.GroupBy(row => row.Attack))
            table.AddRow([attack.Key, .. attack.GroupBy(Column).Select(column => Cell(Sum([.. column])))]);
        screen.Out.Write(table);
        foreach (string note in Notes(rows)) screen.Out.MarkupLineInterpolated($"[dim]{note}[/]");
        screen.Out.MarkupLine(Verdict([.. rows.Where(row => row.IsOurs)]));
    }

    private static (string Memory, string? Pin) Column(ProveRow row) => (row.Memory, row.Pin);

    /// <summary>What one attack did to memory with one kind of pin, on any rung.</summary>
    private static ProveRow Sum(ProveRow[] rows)
    {
        ProveRow[] taken = [.. rows.Where(row => row.Changed is not null)];
        if (taken.Length == 0) return rows[0];
        return taken[0] with
        {
            Pages = taken.Aggregate(0UL, (sum, row) => sum + row.Pages),
            Moved = taken.Aggregate((ulong?)0, (sum, row) => sum + row.Moved),
            Changed = taken.Aggregate((ulong?)0, (sum, row) => sum + row.Changed),
        };
    }

    private static string Cell(ProveRow row)
    {
        if (row.Changed is null) return "[dim]-[/]";
        string shares = $"{Share(row.Moved, row.Pages)} / {Share(row.Changed, row.Pages)}";
        return row.Holds ? !row.IsOurs ? shares : $"[green]✓ {shares}[/]" : $"[red]✗ {shares}[/]";
    }

    // One page of many must not be rounded away.
    private static string Share(ulong? count, ulong pages) => count switch
    {
        null => "?",
        0 => "0",
        { } some when some == pages => "100%",
        { } some => string.Create(CultureInfo.InvariantCulture, $"{double.Clamp(100.0 * some / pages, 0.1, 99.9):0.#}%"),
    };

    /// <summary>
    /// Each remark once, with the attacks and memories that it is about; those that the table tells by itself are left out.
    /// </summary>
    private static IEnumerable<string> Notes(IReadOnlyList<ProveRow> rows)
    {
        int attacks = rows.DistinctBy(row => row.Attack).Count();
        IEnumerable<IGrouping<(string Remark, string Attacks), (string Memory, string Remark, string Attacks)>> remarks = rows
            .SelectMany(
                row => (row.Note ?? "").Split(Proof.NoteSeparator),
                (row, remark) => (Memory: Name(row), row.Attack, Remark: remark))
            .Where(note => note.Remark is not ("" or Proof.Hidden))
            .GroupBy(note => (note.Memory, note.Remark))
            .Select(
                group => (group.Key.Memory, group.Key.Remark, Attacks: Names([.. group.Select(note => note.Attack).Distinct()])))
            .GroupBy(note => (note.Remark, note.Attacks));
        foreach (IGrouping<(string Remark, string Attacks), (string Memory, string Remark, string Attacks)> remark in remarks)
            yield return $"{remark.Key.Attacks} · {string.Join(", ", remark.Select(note => note.Memory))}: {remark.Key.Remark}";

        string Names(string[] names) => names.Length == attacks ? "all" : string.Join(", ", names);
    }

    private static string Name(ProveRow row) => row.Pin is null ? row.Memory : $"{row.Memory} ({row.Pin})";

    private static string Verdict(ProveRow[] ours)
    {
        ProveRow[] broken = [.. ours.Where(row => !row.Holds)];
        if (broken.Length > 0)
        {
            IEnumerable<string> attacks = broken.Select(row => $"{row.Attack} ({row.Pin}, {row.Rung})");
            return $"[red]✗[/] nonpaged did not hold under {string.Join(", ", attacks)}";
        }

        ProveRow[] taken = [.. ours.Where(row => row.Changed is not null)];
        string frames = ours.All(row => row.Moved is null)
            ? $"no byte changed, {Proof.Hidden}"
            : "no frame moved, no byte changed";
        string pins = string.Join(", ", taken.Select(row => row.Pin).Distinct());
        int attacked = taken.DistinctBy(row => row.Attack).Count();
        int all = ours.DistinctBy(row => row.Attack).Count();
        return $"[green]✓[/] nonpaged ({pins}): {frames}, under {attacked} of {all} attacks";
    }
}

using System.Globalization;
using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows what the attacks did: a line for each attack, a column for each memory, the pool's first.</summary>
internal static class ProvePrinter
{
    public static void Print(Screen screen, IReadOnlyList<ProveRow> rows)
    {
        ProveRow[] columns = [.. rows.DistinctBy(row => row.Memory)];
        screen.WriteWhole($"{Size.Format(columns[0].Pages * Page.Size)} of each, in pages of 4 KiB; ours is from the rung \"{columns[0].Rung}\".");
        screen.Out.MarkupLine("[dim]moved / changed: pages in another frame / with other contents. ? cannot be known, - not attacked.[/]");
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        table.AddColumn("attack");
        foreach (ProveRow column in columns)
            table.AddColumn(new TableColumn(!column.IsOurs ? column.Memory : $"[bold]{column.Memory} ★[/]").NoWrap());
        foreach (IGrouping<string, ProveRow> attack in rows.GroupBy(row => row.Attack))
            table.AddRow([attack.Key, .. attack.Select(Cell)]);
        screen.Out.Write(table);
        foreach (string note in Notes(rows)) screen.Out.MarkupLineInterpolated($"[dim]{note}[/]");
        screen.Out.MarkupLine(Verdict([.. rows.Where(row => row.IsOurs)]));
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

    /// <summary>Each remark once, with the attacks and memories that it is about; those that the table tells by itself are left out.</summary>
    private static IEnumerable<string> Notes(IReadOnlyList<ProveRow> rows)
    {
        int attacks = rows.DistinctBy(row => row.Attack).Count();
        var remarks = rows.SelectMany(row => (row.Note ?? "").Split(Proof.NoteSeparator), (row, remark) => (row.Memory, row.Attack, Remark: remark))
            .Where(note => note.Remark is not ("" or Proof.Hidden))
            .GroupBy(note => (note.Memory, note.Remark))
            .Select(group => (group.Key.Memory, group.Key.Remark, Attacks: group.Count() == attacks ? "all" : string.Join(", ", group.Select(note => note.Attack))))
            .GroupBy(note => (note.Remark, note.Attacks));
        foreach (var remark in remarks)
            yield return $"{remark.Key.Attacks} · {string.Join(", ", remark.Select(note => note.Memory))}: {remark.Key.Remark}";
    }

    private static string Verdict(ProveRow[] ours)
    {
        int taken = ours.Count(row => row.Changed is not null);
        ProveRow[] broken = [.. ours.Where(row => !row.Holds)];
        if (broken.Length > 0) return $"[red]✗[/] nonpaged did not hold under {string.Join(", ", broken.Select(row => row.Attack))}";
        string frames = ours.All(row => row.Moved is null) ? $"no byte changed, {Proof.Hidden}" : "no frame moved, no byte changed";
        return $"[green]✓[/] nonpaged: {frames}, under {taken} of {ours.Length} attacks";
    }
}

using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows allocations: two lines each, so that the table fits into 80 columns.</summary>
internal static class AllocationTable
{
    private const int ShownRanges = 4;
    private static readonly string s_noLimit = PhysicalAddress.Max.ToString();

    public static void Print(Screen screen, IReadOnlyList<AllocationDocument> allocations)
    {
        if (allocations.Count == 0) return;
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("call\n[dim]flags, by[/]").NoWrap().PadLeft(0).PadRight(1));
        table.AddColumn(new TableColumn("length\n[dim]limit[/]").NoWrap().RightAligned().PadLeft(0).PadRight(1));
        table.AddColumn(new TableColumn("virtual address\n[dim]physical ranges[/]").NoWrap().PadLeft(0).PadRight(1));
        table.AddColumn(new TableColumn("obtained").PadLeft(0).PadRight(0));
        foreach ((AllocationDocument allocation, int more) in Alike(allocations))
        {
            string call = more == 0 ? allocation.Call : $"{allocation.Call}, {more + 1} times";
            table.AddRow(
                new Markup($"{Markup.Escape(call)}\n[dim]{Markup.Escape(Flags(allocation))}[/]"),
                new Markup($"{allocation.Length}\n[dim]"
                    + $"{(allocation.HighestAcceptableAddress == s_noLimit ? "no limit" : allocation.HighestAcceptableAddress)}"
                    + "[/]"),
                new Markup($"{allocation.VirtualAddress ?? "NULL"}\n[dim]{Markup.Escape(Ranges(allocation))}[/]"),
                new Markup(Obtained(allocation)));
        }

        screen.Out.Write(table);
    }

    /// <summary>
    /// The first of each that differ in their addresses alone, wherever they are, and how many more there are; by the
    /// order of the first ones.
    /// </summary>
    private static IEnumerable<(AllocationDocument First, int More)> Alike(
        IReadOnlyList<AllocationDocument> allocations) => allocations
        .GroupBy(one => (one.Call, one.Length, one.HighestAcceptableAddress, Flags(one), Obtained(one)))
        .Select(alike => (alike.First(), alike.Count() - 1));

    private static string Flags(AllocationDocument allocation) =>
        $"{(allocation.Flags.Count == 0 ? "0" : string.Join("|", allocation.Flags))}, {allocation.Driver}";

    private static string Ranges(AllocationDocument allocation)
    {
        // A single range is as long as the block.
        if (allocation.PhysicalRanges is [var only]) return only.Start ?? "unknown";
        IEnumerable<string> lines = allocation.PhysicalRanges.Take(ShownRanges)
            .Select(range => $"{range.Start ?? "unknown"} + {Size.Format(range.Length)}");
        if (allocation.PhysicalRanges.Count > ShownRanges)
            lines = lines.Append($"and {allocation.PhysicalRanges.Count - ShownRanges} more");
        return string.Join('\n', lines);
    }

    private static string Obtained(AllocationDocument allocation)
    {
        if (allocation.Obtained is not { } obtained)
        {
            string reason = allocation.Failure?.Reason ?? "";
            return $"[red]{Markup.Escape(allocation.StatusText)}[/]\n{Markup.Escape(reason)}";
        }

        // Two short lines: with "resident, pinned" first, the second would not fit into 80 columns.
        string ranges = obtained.Contiguous ? "contiguous" : $"{allocation.PhysicalRanges.Count} ranges";
        return $"{(obtained.Pinned ? "pinned, " : "")}{ranges}\n{(obtained.Resident ? "resident, " : "")}{obtained.Caching}";
    }
}

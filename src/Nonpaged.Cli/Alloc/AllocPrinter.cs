using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows what <c>alloc</c> obtained.</summary>
internal static class AllocPrinter
{
    // A long block of scattered pages has thousands of ranges; --json has them all.
    private const int ShownRanges = 12;

    public static void Print(Screen screen, AllocDocument document)
    {
        ObtainedDocument obtained = document.Obtained!;
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn(new GridColumn().PadRight(0));
        Row(grid, "requested", Describe(document.Requested));
        grid.AddRow(new Markup("obtained"), new Markup(string.Join(", ", Guarantees(obtained))));
        Row(grid, "from", obtained.Rung);
        Row(grid, "address", obtained.VirtualAddress);
        Row(grid, "physical", string.Join('\n', Ranges(obtained.PhysicalRanges)));
        Row(grid, "known by", obtained.Evidence);
        screen.Out.Write(grid);
    }

    private static void Row(Grid grid, string name, string text) => grid.AddRow(new Text(name), new Text(text));

    private static string Describe(RequestDocument request)
    {
        var words = new List<string> { Size.Format(request.Length ?? 0) };
        if (request.Contiguous) words.Add("contiguous");
        if (request.Caching != "any") words.Add(request.Caching);
        if (request.Pin != PinName.Of(PinDemand.WherePossible)) words.Add($"pin {request.Pin}");
        if (request.Node is { } node) words.Add($"on NUMA node {node}");
        if (request.Alignment > 0) words.Add($"aligned to {Size.Format(request.Alignment.Value)}");
        if (request.HighestAcceptableAddress != PhysicalAddress.Max.ToString())
            words.Add($"at most at {request.HighestAcceptableAddress}");
        return string.Join(", ", words);
    }

    private static IEnumerable<string> Guarantees(ObtainedDocument obtained)
    {
        yield return Mark(obtained.Resident, "resident");
        yield return Mark(obtained.Pinned, obtained.Pinned ? $"pinned ({obtained.Pin})" : "pinned");
        yield return Mark(obtained.Contiguous, "contiguous");
        yield return Mark(obtained.Coherent, "coherent");
        if (obtained.Caching is "uncached" or "write-combined") yield return Mark(true, obtained.Caching);
        if (obtained.Node is { } node) yield return Mark(true, $"on node {node}");
    }

    private static string Mark(bool has, string word) => has ? $"[green]✓[/] {word}" : $"[yellow]✗[/] [dim]not {word}[/]";

    private static IEnumerable<string> Ranges(IReadOnlyList<PhysicalRangeDocument> ranges)
    {
        foreach (PhysicalRangeDocument range in ranges.Take(ShownRanges))
            yield return $"{range.Start ?? "(frame number hidden)"}  {Size.Format(range.Length)}";
        if (ranges.Count > ShownRanges) yield return $"and {ranges.Count - ShownRanges} more ranges (--json shows all)";
    }
}

using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>
/// Shows the checks as a table, and after it what each improvable one needs, what it means, and the command for it.
/// </summary>
internal static class DoctorPrinter
{
    public static void Print(Screen screen, IReadOnlyList<CheckGroup> groups)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn(new GridColumn().PadRight(0));
        foreach (CheckGroup group in groups)
        {
            grid.AddRow(Text.Empty, new Markup($"[bold]{Markup.Escape(group.Title)}[/]"), Text.Empty);
            foreach (Check check in group.Checks)
                grid.AddRow(new Markup(Mark(check.Status)), new Text(check.Name), new Text(check.Found));
        }

        screen.Out.Write(grid);
        foreach (Check check in groups.SelectMany(group => group.Checks).Where(check => check.Status != CheckStatus.Ok))
            PrintRemedy(screen, check);
    }

    private static void PrintRemedy(Screen screen, Check check)
    {
        screen.Out.WriteLine();
        screen.Out.MarkupLineInterpolated($"[bold]{check.Name}[/]: needs {check.Required}.");
        screen.Out.MarkupLineInterpolated($"{check.Meaning}");
        if (check.Remedy is not null) screen.WriteWhole($"    {check.Remedy}");
    }

    private static string Mark(CheckStatus status) => status switch
    {
        CheckStatus.Ok => "[green]✓ ok[/]",
        CheckStatus.Warn => "[yellow]! warn[/]",
        _ => "[red]✗ missing[/]",
    };
}

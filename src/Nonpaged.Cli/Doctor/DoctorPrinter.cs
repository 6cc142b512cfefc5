using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows the checks as a table, and after it what each improvable one means and the command for it.</summary>
internal static class DoctorPrinter
{
    public static void Print(Screen screen, IReadOnlyList<Check> checks)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn(new GridColumn().PadRight(0));
        foreach (Check check in checks) grid.AddRow(new Markup(Mark(check.Status)), new Text(check.Name), new Text(check.Found));
        screen.Out.Write(grid);

        foreach (Check check in checks.Where(check => check.Status != CheckStatus.Ok)) PrintRemedy(screen, check);
    }

    private static void PrintRemedy(Screen screen, Check check)
    {
        screen.Out.WriteLine();
        screen.Out.MarkupLineInterpolated($"[bold]{check.Name}[/]: {check.Meaning}");
        if (check.Remedy is not null) screen.WriteWhole($"    {check.Remedy}");
    }

    private static string Mark(CheckStatus status) => status switch
    {
        CheckStatus.Ok => "[green]✓ ok[/]",
        CheckStatus.Warn => "[yellow]! warn[/]",
        _ => "[red]✗ missing[/]",
    };
}

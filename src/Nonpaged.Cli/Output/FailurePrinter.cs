using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows a failure: the reason, the limit, and the remedy, which stays whole so that it can be copied.</summary>
internal static class FailurePrinter
{
    public static void Print(Screen screen, FailureDocument failure)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn(new GridColumn().PadRight(0));
        grid.AddRow(new Markup("[red]failed[/]"), new Text(failure.Reason));
        grid.AddRow(new Text("limit"), new Text(failure.Limit));
        screen.Out.Write(grid);
        screen.WriteWhole($"remedy  {failure.Remedy}");
    }
}

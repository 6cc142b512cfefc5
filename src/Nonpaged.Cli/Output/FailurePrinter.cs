using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows a failure: the reason, the limit, and the remedy on a line of its own that can be copied.</summary>
internal static class FailurePrinter
{
    public static void Print(Screen screen, AllocationFailure failure)
    {
        screen.Out.MarkupLineInterpolated($"[red]✗[/] {failure.Reason}");
        screen.Out.MarkupLineInterpolated($"  limit   {failure.Limit}");
        screen.WriteWhole($"  remedy  {failure.Remedy}");
    }
}

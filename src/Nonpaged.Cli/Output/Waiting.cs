using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows that something is under way: a moving mark on a terminal, and nothing in a file or pipe.</summary>
internal static class Waiting
{
    public static void While(Screen screen, string what, Action work)
    {
        if (screen.Error.Profile.Capabilities.Interactive) screen.Error.Status().Start(what, _ => work());
        else work();
    }
}

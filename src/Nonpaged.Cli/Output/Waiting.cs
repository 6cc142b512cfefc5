using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows that something is under way: a moving mark on a terminal; elsewhere, where it may take long, a line on standard error.</summary>
internal static class Waiting
{
    /// <summary>For what is usually over before one could read it.</summary>
    public static void While(Screen screen, string what, Action work)
    {
        if (screen.Error.Profile.Capabilities.Interactive) screen.Error.Status().Start(Markup.Escape(what), _ => work());
        else work();
    }

    /// <summary>For a stage of something longer. The work may change the text.</summary>
    public static async Task<T> WhileAsync<T>(Screen screen, string what, Func<Action<string>, Task<T>> work)
    {
        if (screen.Error.Profile.Capabilities.Interactive)
            return await screen.Error.Status().StartAsync(Markup.Escape(what), context => work(text => context.Status = Markup.Escape(text)));
        screen.Say(what);
        return await work(_ => { });
    }
}

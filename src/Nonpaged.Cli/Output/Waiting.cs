using System.Globalization;
using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>
/// Shows that something is under way: a moving mark on a terminal; elsewhere, where it may take long, a line on
/// standard error, and further ones while it lasts.
/// </summary>
internal static class Waiting
{
    private static readonly int[] s_reminders = [2, 10, 30];
    private static readonly TimeSpan s_laterReminders = TimeSpan.FromMinutes(1);

    /// <summary>For what is usually over before one could read it.</summary>
    public static void While(Screen screen, string what, Action work)
    {
        if (screen.Error.Profile.Capabilities.Interactive) screen.Error.Status().Start(Markup.Escape(what), _ => work());
        else work();
    }

    /// <summary>For a stage of something longer. The work may change the text.</summary>
    /// <param name="screen">Where to.</param>
    /// <param name="what">What is waited for.</param>
    /// <param name="work">What takes the time.</param>
    /// <param name="limit">When it ends at the latest, for the reminders: "it gives up after 15 s".</param>
    public static Task<T> WhileAsync<T>(
        Screen screen, string what, Func<Action<string>, Task<T>> work, string? limit = null) =>
        RunAsync(screen, what, (show, remind) => RemindAsync(what, limit, work, show, remind));

    /// <summary>For what lasts as long as the user wants.</summary>
    public static Task<T> HoldAsync<T>(Screen screen, string what, Func<Task<T>> work) =>
        RunAsync(screen, what, (_, _) => work());

    private static async Task<T> RunAsync<T>(
        Screen screen, string what, Func<Action<string>, Action<string>, Task<T>> work)
    {
        if (screen.Error.Profile.Capabilities.Interactive)
        {
            return await screen.Error.Status().StartAsync(Markup.Escape(what), context =>
            {
                void Show(string text) => context.Status = Markup.Escape(text);
                return work(Show, Show);
            });
        }

        screen.Say(what);
        return await work(_ => { }, screen.Say);
    }

    private static async Task<T> RemindAsync<T>(
        string what, string? limit, Func<Action<string>, Task<T>> work, Action<string> show, Action<string> remind)
    {
        string current = what;
        Task<T> task = work(Change);
        using var over = new CancellationTokenSource();
        TimeSpan past = TimeSpan.Zero;
        foreach (TimeSpan next in Reminders())
        {
            if (await Task.WhenAny(task, Task.Delay(next - past, over.Token)) == task) break;
            past = next;
            remind(string.Create(CultureInfo.InvariantCulture,
                $"{Volatile.Read(ref current)}: {past.TotalSeconds:0} s so far{(limit is null ? "" : $"; {limit}")}"));
        }

        await over.CancelAsync();
        return await task;

        void Change(string text)
        {
            Volatile.Write(ref current, text);
            show(text);
        }
    }

    private static IEnumerable<TimeSpan> Reminders()
    {
        foreach (int seconds in s_reminders) yield return TimeSpan.FromSeconds(seconds);
        for (TimeSpan next = s_laterReminders; ; next += s_laterReminders) yield return next;
    }
}

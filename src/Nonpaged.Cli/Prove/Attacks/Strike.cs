namespace Nonpaged.Cli;

/// <summary>Whether an attack took place, and what is to be said of it.</summary>
internal readonly record struct Strike(bool TookPlace, string? Note)
{
    public static Strike Done(string? note = null) => new(true, note);

    public static Strike Skipped(string why) => new(false, why);
}

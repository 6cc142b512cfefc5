using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Where a command's output goes: results to standard output, everything else to standard error.</summary>
internal sealed class Screen(IAnsiConsole output, IAnsiConsole error)
{
    // A file or pipe has no width; lines in it are as long as they are.
    private const int Unbounded = 1000;

    public IAnsiConsole Out { get; } = output;

    public IAnsiConsole Error { get; } = error;

    public static Screen OfProcess() =>
        new(Create(Console.Out, Console.IsOutputRedirected), Create(Console.Error, Console.IsErrorRedirected));

    /// <summary>A line for the person who runs the program, which is no result.</summary>
    public void Say(string line) => Error.Profile.Out.Writer.WriteLine(line);

    /// <summary>A line that must stay whole however narrow the terminal is: commands to paste, JSON.</summary>
    public void WriteWhole(string line) => Out.Profile.Out.Writer.WriteLine(line);

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            // A driver's calls are traced, and its log is written, on several threads.
            Out = new AnsiConsoleOutput(redirected ? TextWriter.Synchronized(new TrimmingWriter(writer)) : writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected) console.Profile.Width = Unbounded;
        return console;
    }
}

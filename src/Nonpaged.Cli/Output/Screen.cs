using System.Globalization;
using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Where a command's output goes: results to standard output, everything else to standard error.</summary>
internal sealed class Screen(IAnsiConsole output, IAnsiConsole error)
{
    // A file or pipe has no width; lines in it are as long as they are.
    private const int Unbounded = 1000;

    // Text that is wrapped has lines that are easy to read.
    private const int WidestText = 120;
    private const int NarrowestText = 40;
    private const int TextOfPipes = 80;

    public IAnsiConsole Out { get; } = output;

    public IAnsiConsole Error { get; } = error;

    /// <summary>How long lines of text are: COLUMNS where that is set, else as the terminal is wide, within bounds.</summary>
    public int TextWidth =>
        int.TryParse(
            Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int wanted)
            ? int.Max(wanted, NarrowestText)
        : Out.Profile.Width == Unbounded ? TextOfPipes
        : int.Clamp(Out.Profile.Width, NarrowestText, WidestText);

    public static Screen OfProcess() =>
        new(Create(Console.Out, Console.IsOutputRedirected), Create(Console.Error, Console.IsErrorRedirected));

    /// <summary>A line for the person who runs the program, which is no result.</summary>
    public void Say(string line) => Error.Profile.Out.Writer.WriteLine(line);

    /// <summary>A line that must stay whole however narrow the terminal is: commands to paste, JSON.</summary>
    public void WriteWhole(string line) => Out.Profile.Out.Writer.WriteLine(line);

    // https://no-color.org: set, and not empty. A terminal that is dumb, or not known, gets no escape sequence at all.
    private static bool HasColors => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            // A driver's calls are traced, and its log is written, on several threads.
            Out = new AnsiConsoleOutput(redirected ? TextWriter.Synchronized(new TrimmingWriter(writer)) : writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
            ColorSystem = HasColors ? ColorSystemSupport.EightBit : ColorSystemSupport.NoColors,
            // They write colours into the logs of CI, which are files.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (redirected) console.Profile.Width = Unbounded;
        return console;
    }
}

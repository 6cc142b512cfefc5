using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged cc</c>: compiles a driver's sources as they were written for Microsoft's compiler.</summary>
internal sealed class CompileCommand
{
    private static readonly string[] s_compilers = ["clang", "gcc"];

    private readonly Option<string?> _compiler = Options.Text(
        "--compiler", "NAME", "gcc, clang, or the path of one. Without it clang where that is installed, and gcc otherwise.");
    private readonly Option<bool> _windowsModel = Options.Flag(
        "--windows-data-model", "long has 32 bits in the driver's own files, as on Windows.");
    private readonly Option<string?> _keep = Options.Text(
        "--keep", "DIR", "Keep what is given to the compiler in this folder: rewritten sources, headers.");
    private readonly Argument<string[]> _arguments = new("ARGUMENTS")
    {
        Description =
            "The compiler's: sources, -I, -D, -O2, -g, -c, -o. Without -c the result is a shared object for nonpaged run.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Screen _screen;

    private CompileCommand(Screen screen) => _screen = screen;

    public static Command Create(Screen screen)
    {
        var cc = new CompileCommand(screen);
        var command = new CliCommand(
            "cc", "Compile a C driver as Microsoft's compiler does.",
            new HelpExample("nonpaged cc -- -O2 driver.c -o driver.so", "Compile a driver for nonpaged run"),
            new HelpExample("nonpaged cc --keep ./rewritten -- -c driver.c", "Keep what the compiler is given"))
        {
            cc._compiler, cc._windowsModel, cc._keep, cc._arguments,
        };
        command.PassesOptionsOn = true;
        command.SetAction(cc.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var line = CompilerLine.Read(parsed.GetValue(_arguments)!);
        string? kept = parsed.GetValue(_keep);
        string work = kept is null ? Directory.CreateTempSubdirectory("nonpaged-cc-").FullName : Path.GetFullPath(kept);
        try
        {
            string compiler = parsed.GetValue(_compiler) ?? s_compilers.FirstOrDefault(IsInstalled) ?? s_compilers[^1];
            if (line.HasCPlusPlus && s_compilers.Contains(compiler)) compiler = compiler == "gcc" ? "g++" : "clang++";
            var run = new CompilerRun(_screen, compiler, line, parsed.GetValue(_windowsModel), work);
            return await run.RunAsync().ConfigureAwait(false);
        }
        catch (CommandException exception)
        {
            // Standard output may be preprocessed text.
            _screen.Say($"nonpaged cc: {exception.Failure}");
            return ExitCode.Failure;
        }
        finally
        {
            if (kept is null) Directory.Delete(work, recursive: true);
        }
    }

    private static bool IsInstalled(string compiler) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, compiler)));
}

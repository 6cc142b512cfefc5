using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Nonpaged.Cli;

/// <summary>
/// Compiles a driver: copies its sources in the compiler's dialect, preprocesses them where long has 32 bits, and
/// starts the compiler.
/// </summary>
internal sealed class CompilerRun(Screen screen, string compiler, CompilerLine line, bool isWindowsModel, string work)
{
    private const int MostPlaces = 3;
    private static readonly string[] s_system = ["/usr/local/include", "/usr/include/x86_64-linux-gnu", "/usr/include"];

    private readonly string _headers = Path.Combine(work, "include");
    private readonly bool _isClang = Path.GetFileName(compiler).Contains("clang", StringComparison.Ordinal);

    /// <summary>Returns the compiler's exit code.</summary>
    /// <exception cref="CommandException">The compiler cannot be started, or a source cannot be read.</exception>
    public async Task<int> RunAsync()
    {
        SdkHeaders.Write(_headers);
        var search = new IncludeSearch(line.QuotedFolders, line.Folders, [_headers, .. s_system, Last]);
        var mirror = new SourceMirror(Path.Combine(work, "sources"), search);
        Copy(mirror, search);
        if ((isWindowsModel || mirror.NamesFunctions) && !line.IsPreprocessing)
        {
            foreach (int index in line.Sources)
            {
                int status = await PreprocessAsync(index).ConfigureAwait(false);
                if (status != 0) return status;
            }
        }

        int result = await StartAsync([.. Flags(), .. line.Arguments, .. Quiet()]).ConfigureAwait(false);
        if (result == 0 && !isWindowsModel) SayLong(mirror);
        return result;
    }

    private void Copy(SourceMirror mirror, IncludeSearch search)
    {
        try
        {
            foreach (int index in line.Sources) line.Arguments[index] = mirror.Add(line.Arguments[index]);
            foreach (int index in line.Forced)
            {
                if (search.Find(line.Arguments[index], "", isQuoted: true) is { IsOwn: true } found)
                    line.Arguments[index] = mirror.Add(found.Path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(failure.Message, "the driver's sources", "name files that may be read", FailureKind.Other);
        }
    }

    private string Last => Path.Combine(_headers, SdkHeaders.Last);

    // -iquote: files whose names are made by macros, which no copy names.
    private IEnumerable<string> Flags() =>
    [
        .. CompilerFlags.For(line), .. line.Folders.Select(folder => $"-iquote{folder}"), $"-isystem{_headers}", "-idirafter",
        Last,
    ];

    private IEnumerable<string> Quiet() => CompilerFlags.Quiet(_isClang, isWindowsModel);

    private async Task<int> PreprocessAsync(int index)
    {
        string source = line.Arguments[index];
        bool isCPlusPlus = !source.EndsWith(".c", StringComparison.OrdinalIgnoreCase);
        string text = Path.ChangeExtension(source, isCPlusPlus ? ".ii" : ".i");
        string[] arguments = [.. Flags(), .. PreprocessorArguments(), "-E", source, "-o", text, .. Quiet()];
        int status = await StartAsync(arguments).ConfigureAwait(false);
        if (status != 0) return status;
        string preprocessed = await File.ReadAllTextAsync(text, Encoding.Latin1).ConfigureAwait(false);
        string rewritten = PreprocessedText.Rewrite(
            preprocessed, file => file.StartsWith(_headers, StringComparison.Ordinal) || file.StartsWith('<'), isWindowsModel);
        await File.WriteAllTextAsync(text, rewritten, Encoding.Latin1).ConfigureAwait(false);
        line.Arguments[index] = text;
        return 0;
    }

    // All but what names inputs and outputs, or what to make of them.
    private IEnumerable<string> PreprocessorArguments()
    {
        for (int index = 0; index < line.Arguments.Count; index++)
        {
            string argument = line.Arguments[index];
            if (argument is "-o" or "-l" or "-L" or "-Xlinker" or "-T")
                index++;
            else if (!IsOfLinker(argument) && argument is not ("-c" or "-S" or "-fsyntax-only") && !line.Sources.Contains(index))
                yield return argument;
        }
    }

    private static bool IsOfLinker(string argument) => argument == "-shared"
        || argument.StartsWith("-l", StringComparison.Ordinal) || argument.StartsWith("-Wl,", StringComparison.Ordinal)
        || (!argument.StartsWith('-') && Path.GetExtension(argument) is ".o" or ".a" or ".so");

    private async Task<int> StartAsync(IEnumerable<string> arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(compiler, arguments) { UseShellExecute = false })!;
            await process.WaitForExitAsync().ConfigureAwait(false);
            return process.ExitCode;
        }
        catch (Win32Exception missing)
        {
            throw new CommandException(
                $"{compiler} cannot be started: {missing.Message}.", "a C compiler",
                $"apt-get install {compiler}, or name another with --compiler", FailureKind.Other);
        }
    }

    private void SayLong(SourceMirror mirror)
    {
        if (mirror.LongPlaces.Count == 0) return;
        string places = string.Join(", ", mirror.LongPlaces.Take(MostPlaces).Select(place => $"{place.File}:{place.Line}"));
        int more = mirror.LongPlaces.Count - MostPlaces;
        if (more > 0) places = $"{places} and {more} more";
        screen.Say($"nonpaged cc: long has 64 bits here and 32 on Windows ({places}). --windows-data-model gives it 32.");
    }
}

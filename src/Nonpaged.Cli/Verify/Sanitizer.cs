namespace Nonpaged.Cli;

/// <summary>
/// The sanitizer that a driver was compiled for. Its runtime is the first library of a process or none, so that the driver's
/// process gets it from its environment (gcc(1), -fsanitize; ld.so(8), LD_PRELOAD).
/// </summary>
/// <param name="Library">The runtime's library, as the driver names it: libtsan.so.2.</param>
internal sealed record Sanitizer(string Library)
{
    private const string Preload = "LD_PRELOAD";

    // .NET's runtime has a meaning for SIGSEGV, and this program reports how a driver ends.
    private const string Signals = "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0";

    // %M is the file and the offset in it, which all have in common.
    private const string Format = "stack_trace_format='    #%n %f %S %M'";

    // Each reads its own, and not what it does not know.
    private static readonly (string Variable, string Options)[] s_options =
    [
        ("TSAN_OPTIONS",
            $"ignore_noninstrumented_modules=1:die_after_fork=0:report_signal_unsafe=0:exitcode=0:{Signals}:{Format}"),
        ("ASAN_OPTIONS", $"detect_leaks=0:abort_on_error=1:{Signals}:{Format}"),
        ("UBSAN_OPTIONS", $"print_stacktrace=1:{Format}"),
    ];

    /// <summary>That of the first of these drivers that has one; null for none.</summary>
    /// <exception cref="IOException">A driver cannot be read.</exception>
    public static Sanitizer? Of(IEnumerable<string> drivers)
    {
        foreach (string file in drivers)
        {
            byte[] bytes = File.ReadAllBytes(file);
            if ((Name(bytes, "libtsan.so."u8) ?? Name(bytes, "libasan.so."u8) ?? Name(bytes, "libubsan.so."u8)) is { } library)
                return new Sanitizer(library);
        }

        return null;
    }

    /// <summary>An environment with what the sanitizer needs; the user's own options are behind ours, and so hold.</summary>
    public IEnumerable<string> Surroundings(IEnumerable<string> environment)
    {
        string[] all = [.. environment];
        return
        [
            .. all.Where(one => !Is(one, Preload) && !s_options.Any(options => Is(one, options.Variable))),
            $"{Preload}={With(Library, Of(Preload))}",
            .. s_options.Select(one => $"{one.Variable}={With(one.Options, Of(one.Variable))}"),
        ];

        string? Of(string name) => Array.Find(all, one => Is(one, name))?[(name.Length + 1)..];
    }

    private static bool Is(string variable, string name) =>
        variable.StartsWith(name, StringComparison.Ordinal) && variable.AsSpan(name.Length).StartsWith("=");

    private static string With(string ours, string? theirs) => string.IsNullOrEmpty(theirs) ? ours : $"{ours}:{theirs}";

    // The name ends with a zero, in the file's table of strings.
    private static string? Name(byte[] file, ReadOnlySpan<byte> start)
    {
        int at = file.AsSpan().IndexOf(start);
        if (at < 0) return null;
        int length = file.AsSpan(at).IndexOf((byte)0);
        return length is > 0 and < 32 ? System.Text.Encoding.ASCII.GetString(file, at, length) : null;
    }
}

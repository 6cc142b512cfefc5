using System.CommandLine;

namespace Nonpaged.Bench;

/// <summary>Where a command keeps its results.</summary>
internal static class Saved
{
    public static Option<string?> Option() => new("--save")
    {
        Description = "Also keeps the JSON document: in this file, or without one in benchmarks/results/ as this processor's.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The file to write; null where nothing is to be kept.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="save">What <see cref="Option"/> gave.</param>
    /// <param name="name">Of the file in the processor's folder.</param>
    /// <param name="isWhole">All is measured, in full: only that replaces a processor's results.</param>
    /// <exception cref="BenchException">A part would replace the whole.</exception>
    public static string? Target(ParseResult parsed, Option<string?> save, string name, bool isWhole = true)
    {
        if (parsed.GetResult(save) is null) return null;
        if (parsed.GetValue(save) is { } file) return file;
        if (!isWhole) throw new BenchException("--save without a FILE keeps whole results: leave --quick and --row out.");
        string results = Environment.GetEnvironmentVariable("NONPAGED_BENCH_RESULTS")
            ?? throw new BenchException("NONPAGED_BENCH_RESULTS is not set. Start this by ./bench.");
        return Path.Combine(Directory.CreateDirectory(Path.Combine(results, ProcessorName.Read())).FullName, name);
    }
}

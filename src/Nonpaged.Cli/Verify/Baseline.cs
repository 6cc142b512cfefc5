namespace Nonpaged.Cli;

/// <summary>A file of known findings: an identity a line, # begins a comment.</summary>
internal static class Baseline
{
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static HashSet<string> Read(string? file, bool mayLack)
    {
        if (file is null || (mayLack && !File.Exists(file))) return [];
        try
        {
            return [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                $"--baseline {file} cannot be read: {exception.Message}", "the file",
                $"nonpaged verify ... --baseline {file} --write-baseline", FailureKind.Other);
        }
    }

    public static void Write(string file, IEnumerable<FindingDocument> findings) => File.WriteAllLines(file,
        ["# Known findings of nonpaged verify: driver, rule, function and line. --write-baseline writes this file.",
            .. findings.Select(one => one.Identity).Order(StringComparer.Ordinal)]);
}

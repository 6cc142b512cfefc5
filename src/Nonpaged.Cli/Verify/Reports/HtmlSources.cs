namespace Nonpaged.Cli;

/// <summary>The sources that findings point into; each is read once, since many point into the same.</summary>
internal sealed class HtmlSources(Func<string, string[]?> readSource)
{
    private readonly Dictionary<string, string[]?> _read = [];

    /// <summary>The lines of a file, if it can be read and has that line.</summary>
    public string[]? Lines(string? file, int? line)
    {
        if (file is null || line is not > 0) return null;
        if (!_read.TryGetValue(file, out string[]? lines)) _read[file] = lines = readSource(file);
        // The source may be another version than the driver was built from.
        return lines is not null && line <= lines.Length ? lines : null;
    }
}

namespace Nonpaged.Cli;

/// <summary>A driver's parameters, from a file and from options.</summary>
internal static class DriverSettings
{
    /// <exception cref="CommandException">The file cannot be read, or a line is not KEY=VALUE.</exception>
    public static Dictionary<string, string> Read(string? file, IReadOnlyList<string> options)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (file is not null)
        {
            foreach (string line in Lines(file)) Add(settings, line, $"The line '{line}' of {file}");
        }

        foreach (string option in options) Add(settings, option, $"--set '{option}'");
        return settings;
    }

    private static IEnumerable<string> Lines(string file)
    {
        try
        {
            return [.. File.ReadLines(file).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                $"--config {file} cannot be read: {exception.Message}", "the file", "give a file that exists and may be read",
                FailureKind.Other);
        }
    }

    private static void Add(Dictionary<string, string> settings, string line, string where)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1) throw new CommandException(
            $"{where} is not KEY=VALUE.", "a keyword, an equals sign, and its value", "write, say, NetworkAddress=02005e000001");
        settings[line[..equals].Trim()] = line[(equals + 1)..].Trim();
    }
}

namespace Nonpaged.Cli;

/// <summary>The drivers' parameters, from a file and from options: for all drivers, or for one.</summary>
internal sealed class DriverSettings
{
    private readonly Dictionary<string, string> _forAll = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Driver, string Key), string> _forOne = [];

    /// <summary>No parameters.</summary>
    public static DriverSettings None { get; } = new();

    /// <exception cref="CommandException">The file cannot be read, or a line is not KEY=VALUE.</exception>
    public static DriverSettings Read(string? file, IReadOnlyList<string> options)
    {
        var settings = new DriverSettings();
        if (file is not null)
        {
            foreach (string line in Lines(file)) settings.Add(line, $"The line '{line}' of {file}");
        }

        foreach (string option in options) settings.Add(option, $"--set '{option}'");
        return settings;
    }

    /// <summary>A driver's own, and those for all.</summary>
    public Dictionary<string, string> Of(string driver)
    {
        var found = new Dictionary<string, string>(_forAll, StringComparer.OrdinalIgnoreCase);
        foreach (((string one, string key), string value) in _forOne)
        {
            if (one.Equals(driver, StringComparison.OrdinalIgnoreCase)) found[key] = value;
        }

        return found;
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

    private void Add(string line, string where)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1) throw new CommandException(
            $"{where} is not KEY=VALUE.", "a keyword, an equals sign, and its value", "write, say, NetworkAddress=02005e000001");
        (string key, string value) = (line[..equals].Trim(), line[(equals + 1)..].Trim());
        int colon = key.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0) _forOne[(key[..colon], key[(colon + 1)..])] = value;
        else _forAll[key] = value;
    }
}

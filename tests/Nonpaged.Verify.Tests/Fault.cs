namespace Nonpaged.Verify.Tests;

/// <summary>A fault in a sample: one line of its source, and where verify is to find it.</summary>
/// <param name="Driver">The sample.</param>
/// <param name="Name">What the fault is called.</param>
/// <param name="Check">The check that is to find it.</param>
/// <param name="Line">The line, without leading and trailing white space.</param>
/// <param name="By">What stands in its place.</param>
/// <param name="At">The line where the finding is to be.</param>
/// <param name="Function">The function that this is in.</param>
/// <param name="Unfound">Why it cannot be found; null where it is.</param>
internal sealed record Fault(
    string Driver, string Name, string Check, string Line, string By, string At, string Function, string? Unfound)
{
    /// <summary>Reads all faults of a sample: Faults/DRIVER.txt.</summary>
    public static IReadOnlyList<Fault> Of(string driver)
    {
        string file = Path.Combine(Repository.Root, "tests/Nonpaged.Verify.Tests/Faults", $"{driver}.txt");
        return [.. File.ReadAllText(file).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(paragraph => Read(driver, paragraph)).OfType<Fault>()];
    }

    /// <summary>The samples that have faults.</summary>
    public static IReadOnlyList<string> Drivers { get; } = ["rtl8139", "counter", "ping", "tap"];

    private static Fault? Read(string driver, string paragraph)
    {
        string[] lines = paragraph.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string? Value(string key) => lines.FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..];

        if (Value("name: ") is not { } name) return null;
        string by = Value("+ ")!;
        return new Fault(driver, name, Value("check: ")!, Value("- ")!, by, Value("at: ") ?? by, Value("function: ")!,
            Value("unfound: "));
    }
}

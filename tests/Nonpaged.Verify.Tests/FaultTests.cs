using System.Text.Json;

namespace Nonpaged.Verify.Tests;

/// <summary>
/// Faults of one line in the samples are found, where they are. A dozen by default; all of them where NONPAGED_ALL_FAULTS is set,
/// as eng/verify-faults does.
/// </summary>
public sealed class FaultTests
{
    private static readonly string[] s_some =
    [
        "rtl8139-send-reads-one-byte-more", "rtl8139-resource-list-read-after-free", "rtl8139-adapter-not-checked",
        "rtl8139-ring-virtual-address", "rtl8139-send-virtual-address", "rtl8139-adapter-leak", "rtl8139-initialize-only-once",
        "rtl8139-link-speed-zero", "rtl8139-send-first-buffer-only", "rtl8139-interrupt-not-acknowledged",
        "rtl8139-serialized-driver-deserialized", "ping-lock-taken-twice",
        "tap-irp-read-after-completion", "tap-cancel-lock-kept", "tap-static-length",
    ];

    // The function is told, and not where in it.
    private const string Anywhere = "anywhere";

    public static TheoryData<string> Names()
    {
        bool areAll = Environment.GetEnvironmentVariable("NONPAGED_ALL_FAULTS") is { Length: > 0 };
        return
        [
            .. All().Where(fault => fault.Unfound is null).Select(fault => fault.Name)
                .Where(name => areAll || s_some.Contains(name)),
        ];
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_fault_of_one_line_is_found_in_its_function_and_line(string name)
    {
        Fault fault = All().Single(one => one.Name == name);
        using var driver = VerifiedDriver.With(fault);
        JsonElement document = driver.Document("--only", fault.Check);
        (string Function, int Line)[] found = [.. document.GetProperty("findings").EnumerateArray().SelectMany(Places)];
        // What a function does wrong may show at a later line of it.
        int line = fault.At == Anywhere ? 0 : driver.LineOf(fault.At);
        // The first line of a function is that of its name, or that of its brace, as the debugger has it.
        Assert.True(
            found.Any(one => one.Function == fault.Function && (line == 0 || (one.Line >= line && one.Line <= line + 3))),
            $"{name}: expected {fault.Function}:{line}, found {string.Join(", ", found)}.");
        Assert.Equal(1, document.GetProperty("exitCode").GetInt32());
    }

    private static IEnumerable<Fault> All() => Fault.Drivers.SelectMany(Fault.Of);

    // Where it is told, what called that, and where the memory was allocated and freed that it is about.
    private static IEnumerable<(string Function, int Line)> Places(JsonElement finding) =>
    [
        Place(finding), .. finding.GetProperty("stack").EnumerateArray().Select(Place),
        .. finding.GetProperty("allocated").EnumerateArray().Select(Place),
        .. finding.GetProperty("freed").EnumerateArray().Select(Place),
    ];

    private static (string Function, int Line) Place(JsonElement place) => (
        place.GetProperty("function").GetString() ?? "",
        place.GetProperty("line") is { ValueKind: JsonValueKind.Number } line ? line.GetInt32() : 0);
}

using System.Text.RegularExpressions;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>
/// Each clause of docs/contract.md through the C ABI: Drivers/clauses.c, a miniport in C, and Drivers/resident.c, a plain C
/// program, say of each check which clause it is for.
/// </summary>
public sealed partial class ClauseTests(ClauseTests.Checks checks) : IClassFixture<ClauseTests.Checks>
{
    public static TheoryData<string> Clauses() =>
        [.. Clause()
            .Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/contract.md")))
            .Select(match => match.Groups[1].Value)];

    [Fact]
    public void The_contract_has_its_eighteen_clauses() =>
        Assert.Equal(Enumerable.Range(1, 18).Select(number => $"C{number}"), Clauses().Select(row => row.Data));

    [Theory]
    [MemberData(nameof(Clauses))]
    public void Each_clause_has_a_check_in_C_and_holds(string clause)
    {
        string[] own = [.. checks.Lines.Where(line => line.StartsWith($"clause {clause}: ", StringComparison.Ordinal))];
        Assert.True(own.Length > 0, $"No check for {clause} ran. {checks.Whole}");
        Assert.All(own, line => Assert.StartsWith($"clause {clause}: ok", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("C12", "FlagsOutsideInitialization NdisAllocateMemory")]
    [InlineData("C16", "NoncachedMemoryUnused NdisAllocateMemory")]
    public void What_a_clause_forbids_a_driver_is_reported(string clause, string report) =>
        Assert.Contains(
            checks.Reports,
            one => one.StartsWith(report, StringComparison.Ordinal) && one.Contains($"({clause})", StringComparison.Ordinal));

    [Fact]
    public void The_driver_whose_rings_are_memory_of_the_call_takes_its_lease_and_pings_and_leaves_nothing() =>
        Assert.True(checks.ExitCode == 0, checks.Whole);

    [Theory]
    [InlineData("ddk", "00000000")]
    [InlineData("ce3", "00000000")]
    [InlineData("ce5", "c0000001")]
    public void A_profile_decides_what_CONTIGUOUS_gives_a_driver_in_C(string profile, string status)
    {
        using DriverBuild driver = Checks.Build();
        CommandResult result = DriverRun.Run(driver, "--count", "1", "--profile", profile, "--ram", "6G", "--json");
        Assert.Contains($"driver: rings: {status}", result.Error, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\| (C\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Clause();

    /// <summary>What both programs said, in one run of each.</summary>
    public sealed class Checks
    {
        public Checks()
        {
            using DriverBuild driver = Build();
            CommandResult result = DriverRun.Run(driver, "--count", "3", "--ram", "6G", "--json");
            (ExitCode, Whole) = (result.ExitCode, result.Error);
            Reports = [.. DriverRun.Reports(DriverRun.Json(result))];
            Lines = [.. result.Error.Split('\n')
                .Select(line => line.Replace("driver: ", "", StringComparison.Ordinal)), .. RunPlain().Split('\n')];
        }

        public int ExitCode { get; }

        public string Whole { get; }

        public string[] Lines { get; }

        public string[] Reports { get; }

        internal static DriverBuild Build() => new(
            Path.Combine(Repository.Root, "tests/Nonpaged.Ndis.Host.Tests/Drivers/clauses.c"),
            $"-DSAMPLE=\"{Repository.Sample}\"");

        private static string RunPlain()
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-clauses-");
            try
            {
                string sdk = Path.Combine(folder.FullName, "sdk"), program = Path.Combine(folder.FullName, "resident");
                CommandResult written = Command.Run(Path.Combine(Repository.Root, "nonpaged"), ["sdk", sdk]);
                Assert.True(written.ExitCode == 0, written.Error);
                CommandResult built = Command.Run("/bin/sh", new Dictionary<string, string> { ["PKG_CONFIG_PATH"] = sdk }, [
                    "-c", $"cc -Wall -Wextra -Werror '{Repository.Root}/tests/Nonpaged.Ndis.Host.Tests/Drivers/resident.c' "
                        + $"$(pkg-config --cflags --libs ndis) -o '{program}'"]);
                Assert.True(built.ExitCode == 0, built.Error);
                CommandResult ran = Command.Run(program, []);
                return ran.Output + ran.Error;
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }
}

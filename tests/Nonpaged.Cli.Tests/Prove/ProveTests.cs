using System.Text.Json;

namespace Nonpaged.Cli.Tests.Prove;

public sealed class ProveTests
{
    private static readonly string[] s_attacks =
        ["compaction", "fork", "collapse", "pageout", "dontneed", "punch-hole", "truncate", "second-mapping", "pressure"];

    private static readonly string[] s_memories =
    [
        "nonpaged io_uring", "nonpaged pipe", "nonpaged io_uring", "nonpaged pipe", "mlock ", "gc-pinned ", "hugetlb ",
    ];

    [Fact]
    public void Every_attack_is_tried_on_every_memory_the_pool_s_first()
    {
        CliResult result = CliProgram.Run("prove", "--size", "4M", "--json");
        JsonElement[] rows = Rows(result);
        Assert.Equal(
            s_attacks.SelectMany(attack => s_memories.Select(memory => $"{attack} {memory}")),
            rows.Select(row => $"{row.GetProperty("attack")} {row.GetProperty("memory")} {row.GetProperty("pin")}"));
        Assert.Equal(["rows"], result.Json.EnumerateObject().Select(member => member.Name));
        Assert.All(rows, row =>
        {
            Assert.Equal(
                ["memory", "pin", "rung", "attack", "pages", "moved", "changed", "note"],
                row.EnumerateObject().Select(member => member.Name));
            Assert.Equal(
                row.GetProperty("memory").GetString() == "nonpaged", row.GetProperty("pin").ValueKind == JsonValueKind.String);
            // Whatever was not looked at has a reason.
            if (Moved(row) is null || Changed(row) is null) Assert.NotEmpty(row.GetProperty("note").GetString()!);
        });
    }

    [Fact]
    public void No_frame_of_the_pool_moves_and_none_of_its_bytes_changes_while_mlocked_memory_moves_beside_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to read frame numbers and to compact memory");
        CliResult result = CliProgram.Run("prove", "--size", "16M", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement[] rows = Rows(result);
        Assert.All(rows.Where(row => row.GetProperty("memory").GetString() == "nonpaged"), row =>
            Assert.Equal((4096UL, 0UL, 0UL), (row.GetProperty("pages").GetUInt64(), Moved(row), Changed(row))));
        foreach (string kind in new[] { "io_uring", "pipe" })
        {
            IEnumerable<string> rungs = rows.Where(row => row.GetProperty("pin").GetString() == kind)
                .Select(row => row.GetProperty("rung").GetString()!);
            Assert.Contains("4 KiB pages", rungs);
            Assert.Contains(rungs, rung => rung != "4 KiB pages");
        }

        // Copy-on-write moves every page that the parent writes to.
        Assert.Equal(4096UL, Moved(Row(rows, "mlock", "fork")));
        Assert.Equal(4096UL, Moved(Row(rows, "gc-pinned", "fork")));
        Assert.Equal(0UL, Changed(Row(rows, "mlock", "fork")));
        // madvise(2): an anonymous private page reads as zeros afterwards.
        Assert.Equal(4096UL, Changed(Row(rows, "gc-pinned", "dontneed")));
        Assert.StartsWith("after ", Row(rows, "mlock", "compaction").GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_ordinary_user_is_told_what_was_skipped_and_no_byte_of_the_pool_changes()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to become another user");
        CliResult result = CliProgram.RunAsNobody("prove", "--size", "4M", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement[] rows = Rows(result);
        Assert.All(rows, row => Assert.Null(Moved(row)));
        Assert.All(rows.Where(row => row.GetProperty("memory").GetString() == "nonpaged"), row =>
        {
            // Other programs of that user may have its memlock limit; references need none.
            bool isRing = row.GetProperty("pin").GetString() == "io_uring";
            if (isRing && row.GetProperty("rung").ValueKind == JsonValueKind.Null) return;
            bool needsRoot = row.GetProperty("attack").GetString() == "compaction";
            Assert.Equal(needsRoot ? null : 0UL, Changed(row));
            Assert.Contains(
                needsRoot ? "needs root" : "CAP_SYS_ADMIN", row.GetProperty("note").GetString(), StringComparison.Ordinal);
        });
        Assert.Equal(
            Row(rows, "gc-pinned", "dontneed").GetProperty("pages").GetUInt64(), Changed(Row(rows, "gc-pinned", "dontneed")));
    }

    [Fact]
    public void Where_the_memlock_limit_allows_less_that_much_is_attacked_and_the_limit_named()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to become another user");
        CliResult result = CliProgram.RunAsNobodyWithMemlock(8UL << 20, "prove", "--size", "16M", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement[] rows = Rows(result);
        Assert.InRange(Row(rows, "nonpaged", "fork", "io_uring").GetProperty("pages").GetUInt64(), 512UL, 2048UL);
        Assert.Contains("RLIMIT_MEMLOCK", result.Error, StringComparison.Ordinal);
        // References pass that limit by.
        Assert.Equal(4096UL, Row(rows, "nonpaged", "fork", "pipe").GetProperty("pages").GetUInt64());
    }

    [Fact]
    public void Where_io_uring_is_forbidden_that_is_told_and_the_references_are_attacked()
    {
        CliResult result = CliProgram.Finish(CliProgram.StartProcess(
            "/usr/bin/env", ["NONPAGED_PINS=pipe", CliProgram.Dotnet, CliProgram.Assembly, "prove", "--size", "4M", "--json"]));
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement[] rows = Rows(result);
        JsonElement ring = Row(rows, "nonpaged", "fork", "io_uring");
        Assert.Null(Changed(ring));
        Assert.Contains("forbids", ring.GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Equal(0UL, Changed(Row(rows, "nonpaged", "fork", "pipe")));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("garbage")]
    [InlineData("2MB")]
    [InlineData("0xffffffffffffffff")]
    [InlineData("4096G")]
    public void A_size_that_cannot_be_had_is_a_failure_with_exit_code_1(string size)
    {
        Assert.SkipWhen(
            size == "4096G" && !Environment.IsPrivilegedProcess,
            "needs root: without it as much is attacked as RLIMIT_MEMLOCK lets io_uring pin");
        CliResult result = CliProgram.Run("prove", "--size", size, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Json.GetProperty("rows").EnumerateArray());
        foreach (string member in new[] { "reason", "limit", "remedy" })
            Assert.NotEmpty(result.Json.GetProperty("failure").GetProperty(member).GetString()!);
    }

    [Fact]
    public void The_table_marks_the_pool_s_columns_and_fits_into_80_columns()
    {
        CliResult result = CliProgram.Run("prove", "--size", "4M");
        Assert.Equal(0, result.ExitCode);
        string[] lines = result.Output.Split('\n');
        string heading = Assert.Single(lines, line => line.Contains("★ io_uring", StringComparison.Ordinal));
        Assert.True(heading.IndexOf("★ pipe", StringComparison.Ordinal) < heading.IndexOf("mlock", StringComparison.Ordinal));
        foreach (string attack in s_attacks)
        {
            Assert.InRange(
                Assert.Single(lines, line => line.StartsWith($"  {attack} ", StringComparison.Ordinal)).Length, 20, 80);
        }

        Assert.DoesNotContain('\e', result.Output);
    }

    private static JsonElement[] Rows(CliResult result) => [.. result.Json.GetProperty("rows").EnumerateArray()];

    private static JsonElement Row(JsonElement[] rows, string memory, string attack) =>
        Assert.Single(
            rows, row => row.GetProperty("memory").GetString() == memory && row.GetProperty("attack").GetString() == attack);

    /// <summary>The first one of a pin: of the best rung.</summary>
    private static JsonElement Row(JsonElement[] rows, string memory, string attack, string pin) =>
        rows.First(row => row.GetProperty("memory").GetString() == memory
            && row.GetProperty("attack").GetString() == attack
            && row.GetProperty("pin").GetString() == pin);

    private static ulong? Moved(JsonElement row) => Count(row.GetProperty("moved"));

    private static ulong? Changed(JsonElement row) => Count(row.GetProperty("changed"));

    private static ulong? Count(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetUInt64();
}

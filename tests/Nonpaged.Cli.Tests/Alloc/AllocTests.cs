using System.Text.Json;

namespace Nonpaged.Cli.Tests.Alloc;

public sealed class AllocTests
{
    [Fact]
    public void A_block_is_described_by_what_was_asked_for_and_what_was_obtained()
    {
        CliResult result = CliProgram.Run("alloc", "--length", "64K", "--coherent", "--align", "8K", "--json");
        Assert.Equal(0, result.ExitCode);

        JsonElement requested = result.Json.GetProperty("requested");
        Assert.Equal(65536u, requested.GetProperty("length").GetUInt64());
        Assert.Equal(8192u, requested.GetProperty("alignment").GetUInt64());
        Assert.False(requested.GetProperty("contiguous").GetBoolean());
        Assert.Equal("coherent", requested.GetProperty("caching").GetString());
        Assert.Equal("where-possible", requested.GetProperty("pin").GetString());
        Assert.Equal("0xffffffffffffffff", requested.GetProperty("highestAcceptableAddress").GetString());

        JsonElement obtained = result.Json.GetProperty("obtained");
        Assert.NotEmpty(obtained.GetProperty("rung").GetString()!);
        Assert.True(obtained.GetProperty("resident").GetBoolean());
        Assert.True(obtained.GetProperty("coherent").GetBoolean());
        Assert.Equal("coherent", obtained.GetProperty("caching").GetString());
        Assert.Contains(obtained.GetProperty("pinned").ValueKind, new[] { JsonValueKind.True, JsonValueKind.False });
        Assert.Equal(65536u, SumOfRanges(obtained));
        Assert.Equal(0u, Convert.ToUInt64(obtained.GetProperty("virtualAddress").GetString(), 16) % 8192);
        Assert.Equal(JsonValueKind.Null, result.Json.GetProperty("failure").ValueKind);
    }

    [Fact]
    public void Two_mebibytes_are_contiguous_for_an_ordinary_user_and_the_kernel_says_so()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to become another user");
        CliResult result = CliProgram.RunAsNobody("alloc", "--length", "2M", "--contiguous", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement obtained = result.Json.GetProperty("obtained");
        Assert.True(obtained.GetProperty("contiguous").GetBoolean());
        JsonElement range = Assert.Single(obtained.GetProperty("physicalRanges").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, range.GetProperty("start").ValueKind);
        Assert.Equal(2u << 20, range.GetProperty("length").GetUInt64());
        // Where the machine has hugepages, the block is one of them.
        string proof = obtained.GetProperty("rung").GetString() == "collapsed memfd" ? "PAGEMAP_SCAN" : "one physical piece";
        Assert.Contains(proof, obtained.GetProperty("evidence").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Root_is_told_the_physical_address()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to read frame numbers");
        JsonElement obtained = CliProgram.Run("alloc", "--length", "2M", "--contiguous", "--json").Json.GetProperty("obtained");
        JsonElement range = Assert.Single(obtained.GetProperty("physicalRanges").EnumerateArray());
        Assert.NotEqual(0u, Convert.ToUInt64(range.GetProperty("start").GetString(), 16));
    }

    [Fact]
    public void Below_4G_means_a_highest_acceptable_address_of_0xffffffff()
    {
        CliResult result = CliProgram.Run("alloc", "--length", "4K", "--below", "4G", "--json");
        Assert.Equal("0xffffffff", result.Json.GetProperty("requested").GetProperty("highestAcceptableAddress").GetString());
        // Whether there is such memory is the machine's affair; that the limit is kept or the request fails is not.
        if (result.ExitCode != 0)
        {
            AssertFailure(result);
            return;
        }

        foreach (JsonElement range in result.Json.GetProperty("obtained").GetProperty("physicalRanges").EnumerateArray())
        {
            ulong start = Convert.ToUInt64(range.GetProperty("start").GetString(), 16);
            Assert.InRange(start + range.GetProperty("length").GetUInt64() - 1, 0u, 0xffffffff);
        }
    }

    [Fact]
    public void Uncached_memory_fails_and_says_what_would_give_it()
    {
        CliResult result = CliProgram.Run("alloc", "--length", "64K", "--uncached", "--json");
        AssertFailure(result);
        Assert.Equal("uncached", result.Json.GetProperty("requested").GetProperty("caching").GetString());
        Assert.Contains(
            "memmap=", result.Json.GetProperty("failure").GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--length", "0")]
    [InlineData("--length", "garbage")]
    [InlineData("--length", "-1")]
    [InlineData("--length", "")]
    [InlineData("--length", "2MB")]
    [InlineData("--length", "0xffffffffffffffff")]
    [InlineData("--length", "99999999999999999999999")]
    [InlineData("--length", "4K", "--align", "3")]
    [InlineData("--length", "4K", "--align", "0")]
    [InlineData("--length", "4K", "--align", "x")]
    [InlineData("--length", "4K", "--pin", "")]
    [InlineData("--length", "4K", "--pin", "io_uring")]
    [InlineData("--length", "4K", "--pin", "none", "--contiguous")]
    [InlineData("--length", "4K", "--pin", "none", "--below", "4G")]
    [InlineData("--length", "4K", "--pin", "none", "--align", "8K")]
    [InlineData("--length", "4K", "--below", "0")]
    [InlineData("--length", "4K", "--below", "nowhere")]
    public void A_value_that_makes_no_sense_is_a_failure_in_the_same_shape_with_exit_code_1(params string[] arguments)
    {
        CliResult result = CliProgram.Run(["alloc", .. arguments, "--json"]);
        AssertFailure(result);
        JsonElement failure = result.Json.GetProperty("failure");
        Assert.Equal("invalid-request", failure.GetProperty("kind").GetString());
        Assert.Equal(JsonValueKind.Null, failure.GetProperty("errno").ValueKind);
        Assert.DoesNotContain("Parameter", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("long-term", "io_uring")]
    [InlineData("any", "io_uring", "pipe")]
    [InlineData("none", "none")]
    public void The_pin_that_was_demanded_is_obtained_and_named(string demand, params string[] kinds)
    {
        CliResult result = CliProgram.Run("alloc", "--length", "64K", "--pin", demand, "--json");
        Assert.Equal(demand, result.Json.GetProperty("requested").GetProperty("pin").GetString());
        if (result.ExitCode != 0)
        {
            Assert.SkipWhen(Kind(result) == "pin-forbidden", "no such pin is permitted here");
            Assert.Fail(result.Output);
        }

        JsonElement obtained = result.Json.GetProperty("obtained");
        Assert.Contains(obtained.GetProperty("pin").GetString(), kinds);
        Assert.Equal(demand != "none", obtained.GetProperty("pinned").GetBoolean());
    }

    [Theory]
    [InlineData("pipe", "any", "pipe")]
    [InlineData("pipe", "where-possible", "pipe")]
    [InlineData("pipe=64K", "where-possible", "none")]
    public void What_the_operator_forbids_is_not_used(string allowed, string demand, string kind)
    {
        CliResult result = RunWithPins(allowed, "--length", "2M", "--pin", demand, "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal(kind, result.Json.GetProperty("obtained").GetProperty("pin").GetString());
    }

    [Theory]
    [InlineData("pipe", "long-term", "pin-forbidden")]
    [InlineData("", "any", "pin-forbidden")]
    [InlineData("pipe=64K", "any", "pin-forbidden")]
    [InlineData("io_uring=64K,pipe=64K", "any", "pin-limit")]
    public void A_pin_that_the_operator_forbids_is_a_failure_of_its_kind(string allowed, string demand, string kind)
    {
        CliResult result = RunWithPins(allowed, "--length", "2M", "--pin", demand, "--json");
        AssertFailure(result);
        Assert.Equal(kind, Kind(result));
    }

    [Fact]
    public void An_ordinary_user_with_64_KiB_of_memlock_gets_a_gibibyte_pinned_by_references()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to become another user");
        CliResult result = CliProgram.RunAsNobodyWithMemlock(64 << 10, "alloc", "--length", "1G", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal("pipe", result.Json.GetProperty("obtained").GetProperty("pin").GetString());
        result = CliProgram.RunAsNobodyWithMemlock(64 << 10, "alloc", "--length", "2M", "--pin", "long-term", "--json");
        AssertFailure(result);
        Assert.Equal("memory-lock", Kind(result));
        Assert.Equal(12, result.Json.GetProperty("failure").GetProperty("errno").GetInt32());
    }

    [Fact]
    public void Without_json_the_failure_and_its_remedy_are_shown()
    {
        CliResult result = CliProgram.Run("alloc", "--length", "0");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("0 bytes", result.Output, StringComparison.Ordinal);
        Assert.Contains("remedy", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_json_the_guarantees_are_shown_with_no_escape_sequence_in_a_pipe()
    {
        CliResult result = CliProgram.Run("alloc", "--length", "64K");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches("✓ pinned \\((io_uring|pipe)\\)", result.Output);
        Assert.Contains("✓ resident", result.Output, StringComparison.Ordinal);
        Assert.Contains("known by", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
        Assert.DoesNotContain(" \n", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    private static CliResult RunWithPins(string allowed, params string[] arguments) => CliProgram.Finish(
        CliProgram.StartProcess(
            "/usr/bin/env", [$"NONPAGED_PINS={allowed}", CliProgram.Dotnet, CliProgram.Assembly, "alloc", .. arguments]));

    private static string? Kind(CliResult result) => result.Json.GetProperty("failure").GetProperty("kind").GetString();

    private static void AssertFailure(CliResult result)
    {
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(["requested", "obtained", "failure"], result.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(JsonValueKind.Null, result.Json.GetProperty("obtained").ValueKind);
        JsonElement failure = result.Json.GetProperty("failure");
        foreach (string member in new[] { "reason", "limit", "remedy" })
            Assert.NotEmpty(failure.GetProperty(member).GetString()!);
    }

    private static ulong SumOfRanges(JsonElement obtained) =>
        obtained.GetProperty("physicalRanges")
            .EnumerateArray()
            .Aggregate(0UL, (sum, range) => sum + range.GetProperty("length").GetUInt64());
}

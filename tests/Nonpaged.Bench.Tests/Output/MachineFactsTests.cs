namespace Nonpaged.Bench.Tests;

public sealed class MachineFactsTests
{
    private static readonly MachineFacts s_facts = new(
        "AMD EPYC", 2, "6.18", ".NET 10", "22.11", "gcc 12", "madvise", "2026-11-29", "amd-epyc-zen5", "x86-64-v2", "abm",
        "8e583a2", "0123456789ab");

    [Fact]
    public void Results_of_other_code_say_that_they_are_older()
    {
        Assert.Equal("; **measured with an earlier version**, 8e583a2", s_facts.Mark("ba9876543210"));
        MachineFacts before = s_facts with { Source = null, Commit = null };
        Assert.Equal("; **measured with an earlier version**", before.Mark("ba9876543210"));
    }

    [Fact]
    public void Results_of_this_code_say_nothing_nor_where_this_code_is_not_known()
    {
        Assert.Equal("", s_facts.Mark("0123456789ab"));
        Assert.Equal("", s_facts.Mark(null));
    }

    [Fact]
    public void The_heading_says_what_ours_was_compiled_for_and_which_flag_the_machine_hides() => Assert.Contains(
        "AMD EPYC (amd-epyc-zen5), 2 cores, Linux 6.18, .NET 10, ours compiled for x86-64-v2, because the machine hides abm, "
            + "gcc 12",
        s_facts.Describe("gcc 12"), StringComparison.Ordinal);

    [Theory]
    [InlineData("abm avx avx2 bmi1 bmi2 f16c fma movbe xsave", null)]
    [InlineData("avx avx2 bmi1 bmi2 f16c fma movbe xsave", "abm")]
    [InlineData("avx2", "abm, avx, bmi1, bmi2, f16c, fma, movbe, xsave")]
    [InlineData("sse4_2 avx", null)]
    public void A_flag_is_hidden_where_AVX2_is_there_without_it(string flags, string? hidden) =>
        Assert.Equal(hidden, MachineFacts.Hidden(flags));
}

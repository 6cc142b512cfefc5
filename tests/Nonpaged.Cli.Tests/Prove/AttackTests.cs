using Nonpaged.Interop;

namespace Nonpaged.Cli.Tests.Prove;

/// <summary>The attacks do harm where nothing stands against them, and the harm is seen.</summary>
public sealed class AttackTests
{
    private const int Length = 4 << 20;
    private const ulong Pages = Length / 4096;

    [Fact]
    public void What_is_not_attacked_is_as_it_was()
    {
        using var memory = new UnsealedFile();
        memory.Obtain(Length);
        Assert.Equal(0u, memory.Compare().Changed);
        Assert.True(memory.Compare().Moved is null or 0);
    }

    [Fact]
    public unsafe void One_changed_byte_is_one_changed_page()
    {
        using var memory = new UnsealedFile();
        memory.Obtain(Length);
        memory.Start[4096 + 17] ^= 1;
        Assert.Equal(1u, memory.Compare().Changed);
        memory.Restore();
        Assert.Equal(0u, memory.Compare().Changed);
    }

    [Fact]
    public void A_hole_takes_all_pages_of_an_unsealed_file() => AssertLoses(new HolePunching());

    [Fact]
    public void Truncation_takes_all_pages_of_an_unsealed_file() => AssertLoses(new Truncation());

    [Fact]
    public void A_second_mapping_overwrites_an_unsealed_file() => AssertLoses(new SecondMapping());

    [Fact]
    public void A_child_overwrites_shared_memory_that_it_inherited() => AssertLoses(new Fork());

    [Fact]
    public void An_attack_on_what_is_missing_is_skipped_with_the_reason()
    {
        using var memory = new UnsealedFile();
        Strike strike = Assert.Single(new Advice("dontneed", LibC.MADV_DONTNEED).On([memory]));
        Assert.False(strike.TookPlace);
        Assert.Equal(memory.Missing, strike.Note);
    }

    [Fact]
    public void A_fork_moves_private_memory_that_the_parent_writes_to()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to read frame numbers");
        using var memory = new PinnedArray();
        memory.Obtain(Length);
        Assert.True(Assert.Single(new Fork().On([memory])).TookPlace);
        Assert.Equal(new Damage(Pages, 0), memory.Compare());
    }

    [Theory]
    [InlineData(PinKind.IoUring)]
    [InlineData(PinKind.Pipe)]
    public void The_pool_s_memory_is_not_in_the_child_and_its_file_refuses_holes_truncation_and_writable_mappings(PinKind kind)
    {
        using var memory = new PooledMemory(kind);
        memory.Obtain(Length);
        Assert.SkipWhen(memory.Missing is not null, memory.Missing ?? "");
        Assert.NotEmpty(memory.Files);
        foreach (Attack attack in new Attack[] { new Fork(), new HolePunching(), new Truncation(), new SecondMapping() })
        {
            Strike strike = Assert.Single(attack.On([memory]));
            Assert.True(strike.TookPlace);
            Assert.Equal(attack is Fork ? "the child does not have it" : "refused: EPERM", strike.Note);
            Assert.Equal(0u, memory.Compare().Changed);
        }
    }

    private static void AssertLoses(Attack attack)
    {
        using var memory = new UnsealedFile();
        memory.Obtain(Length);
        Strike strike = Assert.Single(attack.On([memory]));
        Assert.Equal(Strike.Done(), strike);
        Assert.Equal(Pages, memory.Compare().Changed);
    }
}

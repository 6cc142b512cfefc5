using System.Text.RegularExpressions;

namespace Nonpaged.Tests.Diagnostics;

/// <summary>What a pool, its map and its blocks say of themselves, and of options that make no sense.</summary>
public sealed class TextTests
{
    private static readonly NonpagedPoolOptions s_options = new() { Ladder = [MemoryRung.SmallPages], Pins = [] };

    [Fact]
    public void A_pool_without_a_name_has_a_number_that_no_other_has()
    {
        using var one = NonpagedPool.Create(s_options);
        using var other = NonpagedPool.Create(s_options);
        Assert.Matches("^pool-[0-9]+$", one.Options.Name);
        Assert.Matches("^pool-[0-9]+$", other.Options.Name);
        Assert.NotEqual(one.Options.Name, other.Options.Name);
    }

    [Fact]
    public void A_map_its_parts_and_what_was_obtained_say_what_they_are()
    {
        using var pool = NonpagedPool.Create(s_options with { Name = "texts" });
        using MemoryBlock block = pool.Allocate(new MemoryRequest(8192) { Pin = PinDemand.None, WholePages = true });
        PoolMap map = pool.GetMap();
        PoolExtent extent = Assert.Single(map.Extents);
        Assert.StartsWith($"The pool \"texts\" holds {map.HeldBytes} bytes in 1 extent: 8192 are in use,", map.ToString());
        Assert.StartsWith($"{extent.Length} bytes at 0x{extent.Start:x} ({extent.Rung}, not pinned):", extent.ToString());
        Assert.Contains(extent.Stretches, stretch => stretch.ToString().EndsWith(": 1 block of 8192 bytes in all"));
        Assert.Contains(extent.Stretches, stretch => stretch.ToString().EndsWith(": free"));
        Assert.Matches($"^{Regex.Escape(block.Obtained.Rung)}: (not )?resident, not pinned, ", block.Obtained.ToString());
    }

    [Fact]
    public void Numbers_of_bytes_that_are_negative_are_wrong_arguments_and_say_which()
    {
        foreach ((string name, NonpagedPoolOptions wrong) in ((string, NonpagedPoolOptions)[])
        [
            ("FirstExtent", s_options with { FirstExtent = -1 }), ("Step", s_options with { Step = -1 }),
            ("IdleKept", s_options with { IdleKept = long.MinValue }),
            ("SearchEffort", s_options with { SearchEffort = -1 }), ("ceiling", s_options with { Ceiling = -1 }),
        ])
        {
            Assert.Contains(name, Assert.Throws<ArgumentException>(() => NonpagedPool.Create(wrong)).Message);
        }
    }

    [Fact]
    public void An_exception_has_the_kind_of_its_failure()
    {
        using var pool = NonpagedPool.Create(s_options with { Ceiling = 4096 });
        AllocationException thrown = Assert.Throws<AllocationException>(() => pool.Allocate(8192));
        Assert.Equal((FailureKind.Ceiling, FailureKind.Ceiling), (thrown.Kind, thrown.Failure.Kind));
    }
}

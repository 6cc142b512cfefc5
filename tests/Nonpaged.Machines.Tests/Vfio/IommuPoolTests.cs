using System.Runtime.InteropServices;
using CsCheck;

namespace Nonpaged.Machines.Tests.Vfio;

/// <summary>Pools whose physical addresses are an IOMMU's: what blocks are told of them is what is mapped.</summary>
public sealed unsafe class IommuPoolTests(ITestOutputHelper output)
{
    private static readonly ulong[] s_limits =
        [ulong.MaxValue, ulong.MaxValue, 0xffff_ffff, 0x7fff_ffff, 0x00ff_ffff, 0x000f_ffff];

    private static readonly nuint[] s_alignments = [0, 0, 16, 4096, 65536, 1 << 21];

    private static readonly Gen<Step> s_step = Gen.Select(
        Gen.Int[0, 2], Gen.OneOf(Gen.Int[1, 300], Gen.Int[1, 9000], Gen.Int[1, 5_000_000]), Gen.Int[0, s_limits.Length - 1],
        Gen.Int[0, s_alignments.Length - 1], Gen.Bool,
        Gen.Int[0, int.MaxValue],
        (kind, length, limit, alignment, contiguous, pick) =>
            new Step(kind != 0, (nuint)length, s_limits[limit], s_alignments[alignment], contiguous, pick));

    [Fact]
    public void A_long_contiguous_block_below_a_limit_is_had_of_4_KiB_pages()
    {
        var iommu = new FakeIommu();
        using var pool = NonpagedPool.Create(iommu, new NonpagedPoolOptions { Ladder = [MemoryRung.SmallPages] });
        using MemoryBlock block = pool.Allocate(new MemoryRequest(24 << 20)
        {
            Contiguous = true,
            Pin = PinDemand.Any,
            HighestAcceptableAddress = new PhysicalAddress(0x7fff_ffff),
        });
        ObtainedMemory obtained = block.Obtained;
        PhysicalRange range = Assert.Single(obtained.PhysicalRanges);
        Assert.True(obtained is { Contiguous: true, Pinned: true, Resident: true, Coherent: true });
        Assert.True(range.Last!.Value.Value <= 0x7fff_ffff);
        Assert.Equal("IOMMU mapping of 4 KiB pages", obtained.Rung);
        // The kernel shows the frames to root alone.
        string evidence = Environment.IsPrivilegedProcess ? "pieces of physical memory" : "this process chose the addresses";
        Assert.Contains(evidence, obtained.Evidence, StringComparison.Ordinal);
        Assert.Equal((nuint)block.Address, iommu.Reach(range.Start!.Value.Value));
        Assert.Equal(
            (nuint)block.Address + (24 << 20) - 1, iommu.Reach(pool.Translate((byte*)block.Address + (24 << 20) - 1).Value));
    }

    [Fact]
    public void Below_1_MiB_there_are_blocks_and_none_at_address_0()
    {
        var iommu = new FakeIommu();
        using var pool = NonpagedPool.Create(iommu);
        ulong held = 0;
        while (pool.TryAllocate(Low(64 << 10), out MemoryBlock? block, out AllocationFailure? failure))
        {
            PhysicalRange range = Assert.Single(block.Obtained.PhysicalRanges);
            Assert.InRange(range.Start!.Value.Value, 0x1000UL, 0xf_ffffUL);
            Assert.Equal((nuint)block.Address, iommu.Reach(range.Start.Value.Value));
            held += range.Length;
        }

        // 15 of 16: the piece with page 0 is one page short.
        Assert.Equal(15UL << 16, held);
    }

    [Fact]
    public void Many_blocks_share_a_mapping_and_all_mappings_are_gone_with_the_pool()
    {
        var iommu = new FakeIommu();
        ulong free = iommu.FreeBytes;
        using (var pool = NonpagedPool.Create(iommu, new NonpagedPoolOptions { FirstExtent = 16 << 20 }))
        {
            for (int i = 0; i < 3000; i++) _ = pool.Allocate(new MemoryRequest(4096) { Contiguous = true });
            Assert.Single(iommu.Mappings);
        }

        Assert.Empty(iommu.Mappings);
        Assert.Equal(free, iommu.FreeBytes);
    }

    [Fact]
    public void A_mapping_that_the_IOMMU_refuses_leaves_nothing_behind_and_the_next_request_succeeds()
    {
        var iommu = new FakeIommu { Room = 0 };
        ulong free = iommu.FreeBytes;
        using var pool = NonpagedPool.Create(iommu);
        Assert.False(pool.TryAllocate(new MemoryRequest(1 << 20), out _, out AllocationFailure? failure));
        Assert.Equal("no further mapping", failure.Reason);
        Assert.Equal(free, iommu.FreeBytes);
        Assert.Equal(0UL, pool.HeldBytes);
        iommu.Room = 1;
        pool.Allocate(new MemoryRequest(1 << 20)).Dispose();
    }

    [Fact]
    public void Imported_memory_is_one_physical_range_and_mapped_until_it_is_disposed()
    {
        var iommu = new FakeIommu();
        using var pool = NonpagedPool.Create(iommu);
        byte* memory = (byte*)NativeMemory.AlignedAlloc(3 * 4096, 4096);
        ImportedMemory imported = pool.Import(memory + 100, 2 * 4096);
        PhysicalRange range = Assert.Single(imported.PhysicalRanges);
        Assert.Equal((nuint)memory + 100, iommu.Reach(range.Start!.Value.Value));
        imported.Dispose();
        imported.Dispose();
        Assert.Empty(iommu.Mappings);
        NativeMemory.AlignedFree(memory);
    }

    [Fact]
    public void Random_histories_keep_limits_alignment_and_contiguity_and_every_byte_is_reached_at_its_IOVA()
    {
        // CsCheck prints the seed of a failing history; CsCheck_Seed in the environment repeats it.
        s_step.Array[1, 60].Sample(Run, iter: 40, threads: 1, writeLine: output.WriteLine);
    }

    private static void Run(Step[] steps)
    {
        var iommu = new FakeIommu();
        using var pool = NonpagedPool.Create(
            iommu, new NonpagedPoolOptions { Verify = true, Ladder = [MemoryRung.SmallPages], IdleRelease = TimeSpan.Zero });
        var held = new List<MemoryBlock>();
        foreach (Step step in steps)
        {
            if (step.Allocate || held.Count == 0) Allocate(iommu, pool, step, held);
            else Free(held, step.Pick % held.Count);
        }

        while (held.Count > 0) Free(held, 0);
        Assert.Empty(iommu.Mappings);
    }

    private static void Allocate(FakeIommu iommu, NonpagedPool pool, Step step, List<MemoryBlock> held)
    {
        var request = new MemoryRequest(step.Length)
        { Alignment = step.Alignment, Contiguous = step.Contiguous, HighestAcceptableAddress = new PhysicalAddress(step.Limit) };
        if (!pool.TryAllocate(request, out MemoryBlock? block, out AllocationFailure? failure))
        {
            // There is little below 1 MiB, and 2 MiB-aligned there is none.
            Assert.True(step.Limit <= 0xff_ffff, failure.ToString());
            return;
        }

        held.Add(block);
        ulong first = pool.Translate(block.Address).Value;
        Assert.Equal(0UL, first % (step.Alignment == 0 ? 16UL : step.Alignment));
        IReadOnlyList<PhysicalRange> ranges = pool.GetPhysicalRanges(block.Address, block.Length);
        if (step.Contiguous) Assert.Single(ranges);
        nuint at = (nuint)block.Address;
        foreach (PhysicalRange range in ranges)
        {
            Assert.True(range.Last!.Value.Value <= step.Limit);
            Assert.Equal(at, iommu.Reach(range.Start!.Value.Value));
            Assert.Equal(at + (nuint)range.Length - 1, iommu.Reach(range.Last.Value.Value));
            at += (nuint)range.Length;
        }
    }

    private static void Free(List<MemoryBlock> held, int index)
    {
        held[index].Dispose();
        held.RemoveAt(index);
    }

    private static MemoryRequest Low(nuint length) =>
        new(length) { Alignment = length, Contiguous = true, HighestAcceptableAddress = new PhysicalAddress(0xf_ffff) };

    private sealed record Step(bool Allocate, nuint Length, ulong Limit, nuint Alignment, bool Contiguous, int Pick);
}

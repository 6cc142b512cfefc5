using System.Diagnostics;
using CsCheck;

namespace Nonpaged.Tests.Extents;

[Collection("host memory")]
public sealed unsafe class FrameOrderTests(ITestOutputHelper output)
{
    private const nuint Unit = 2 << 20;

    [Theory]
    [InlineData(MemoryRung.Collapsed)]
    [InlineData(MemoryRung.OnDemandHugepages)]
    public void Units_of_2_MiB_that_follow_each_other_physically_are_mapped_so(MemoryRung rung)
    {
        Host.SkipUnlessRoot();
        using HostSetting? overcommit = rung == MemoryRung.OnDemandHugepages ? new HostSetting(Host.Overcommit, 64) : null;
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [rung] });
        using MemoryBlock block = pool.Allocate(new MemoryRequest(128 << 20) { Pin = PinDemand.Any });
        Host.AssertFramesAreThoseOfTheKernel(pool, block);
        ulong[] frames = Host.Frames(block.Address, block.Length);
        Assert.Equal(CountRanges([.. frames.Order()]), CountRanges(frames));
        Assert.Contains("dc", Host.VmFlags(block.Address));
        Assert.Contains("dd", Host.VmFlags((byte*)block.Address + block.Length - 1));
        output.WriteLine($"{rung}: {block.Obtained.PhysicalRanges.Count} ranges, "
            + $"the longest of {block.Obtained.PhysicalRanges.Max(range => range.Length) >> 20} MiB");
        block.AsSpan().Fill(0x5a);
        for (int i = 0; i < 2; i++) File.WriteAllText("/proc/sys/vm/compact_memory", "1");
        Host.AssertFramesAreThoseOfTheKernel(pool, block);
        Assert.Equal(-1, block.AsSpan().IndexOfAnyExcept((byte)0x5a));
    }

    private static int CountRanges(ulong[] frames, nuint unit = 4096) =>
        1 + frames.Index().Skip(1).Count(frame => frame.Item != frames[frame.Index - 1] + unit);

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(64)]
    public void A_physical_range_above_2_MiB_is_had_or_refused_with_the_effort_and_leaves_nothing_behind(int mebibytes)
    {
        Host.SkipUnlessRoot();
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed] });
        nuint length = (nuint)mebibytes << 20;
        if (pool.TryAllocate(
            new MemoryRequest(length) { Contiguous = true, Pin = PinDemand.Any, Alignment = Unit },
            out MemoryBlock? block,
            out AllocationFailure? failure))
        {
            ulong[] frames = Host.Frames(block.Address, length);
            for (int i = 1; i < frames.Length; i++) Assert.Equal(frames[i - 1] + 4096, frames[i]);
            Assert.Equal(length, (nuint)pool.HeldBytes);
            Assert.Equal((long)length >> 10, Resident(block));
            output.WriteLine($"{mebibytes} MiB at {pool.Translate(block.Address)}");
        }
        else
        {
            Assert.Contains("looked through", failure.Limit, StringComparison.Ordinal);
            Assert.Equal(0UL, pool.HeldBytes);
            Assert.Equal(0, Host.CountMaps());
            output.WriteLine(failure.ToString());
        }
    }

    [Fact]
    public void A_limit_in_the_middle_of_the_memory_is_kept_or_refused_with_what_was_tried()
    {
        Host.SkipUnlessRoot();
        using var pool = NonpagedPool.Create();
        ulong middle;
        using (MemoryBlock probe = pool.Allocate(new MemoryRequest(64 << 20) { Pin = PinDemand.Any }))
        {
            ulong[] frames = Host.Frames(probe.Address, probe.Length);
            middle = frames.Order().ElementAt(frames.Length / 2) - 1;
            // Memory in use is no answer, so the pool must look for more.
            if (pool.TryAllocate(
                new MemoryRequest(3 << 20) { HighestAcceptableAddress = new PhysicalAddress(middle), Pin = PinDemand.Any },
                out MemoryBlock? low,
                out AllocationFailure? failure))
            {
                Assert.All(Host.Frames(low.Address, low.Length), frame => Assert.True(frame + 4095 <= middle));
                output.WriteLine($"below 0x{middle:x}: {low.Obtained.PhysicalRanges[0]}");
            }
            else
            {
                Assert.Contains("IOMMU", failure.Remedy, StringComparison.Ordinal);
                output.WriteLine(failure.ToString());
            }
        }

        using MemoryBlock free = pool.Allocate(new MemoryRequest(1 << 20)
        { HighestAcceptableAddress = new PhysicalAddress(middle + (1UL << 40)), Pin = PinDemand.Any });
        Assert.Equal(1 << 20, (int)free.Length);
    }

    [Fact]
    public void A_limit_that_the_kernel_s_zones_rule_out_is_refused_without_looking_through_memory()
    {
        // Pages that the kernel has reserved may lie anywhere, and would be looked at.
        using var pool =
            NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.OnDemandHugepages, MemoryRung.Collapsed] });
        using var counter = new CallCounter();
        Assert.False(pool.TryAllocate(
            new MemoryRequest(4096) { HighestAcceptableAddress = new PhysicalAddress(0xffffff) },
            out _,
            out AllocationFailure? failure));
        Assert.DoesNotContain("memfd_create", counter.Counts);
        Assert.Contains("memmap=", failure.Remedy, StringComparison.Ordinal);
        Assert.Contains("IOMMU", failure.Remedy, StringComparison.Ordinal);
        Assert.Contains("machine", failure.Remedy, StringComparison.Ordinal);
        Assert.Equal(0UL, pool.HeldBytes);
    }

    [Fact]
    public void The_choice_of_units_keeps_limit_contiguity_and_alignment_and_finds_one_if_there_is_one()
    {
        Gen.Select(Gen.Int[0, 40].HashSet[1, 30], Gen.Int[1, 6], Gen.Int[0, 41], Gen.Int[0, 2], Gen.Bool, Gen.Int)
            .Sample((set, count, limit, alignment, contiguous, seed) =>
            {
                ulong[] frames = [.. set.Select(unit => (ulong)unit * Unit)];
                new Random(seed).Shuffle(frames);
                var request = new PageRequest(
                    (nuint)count * Unit / 4096, Unit << alignment,
                    limit == 41 ? ulong.MaxValue : ((ulong)limit * Unit) + Unit - 1, contiguous, PinDemand.Any, false);
                int[]? chosen = FrameChoice.For(frames, Unit, request, count);
                if (chosen is not null) return Meets([.. chosen.Select(index => frames[index])], request, count);
                ulong[] sorted = [.. frames.Order()];
                return !Enumerable.Range(0, Math.Max(0, sorted.Length - count + 1))
                    .Any(first => Meets(sorted[first..(first + count)], request, count));
            });
    }

    [Fact]
    public void Units_are_joined_to_those_that_they_follow_and_what_needs_no_other_place_keeps_its_order()
    {
        Gen.Select(Gen.Int[0, 24].HashSet[1, 20], Gen.Int).Sample((set, seed) =>
        {
            ulong[] frames = [.. set.Select(unit => (ulong)unit * Unit)];
            new Random(seed).Shuffle(frames);
            int[] order = FrameChoice.Joined(frames, Unit) ?? [.. Enumerable.Range(0, frames.Length)];
            ulong[] joined = [.. order.Select(index => frames[index])];
            int[] firsts = [.. order.Where(index => !frames.Contains(frames[index] - Unit))];
            return order.Order().SequenceEqual(Enumerable.Range(0, frames.Length))
                && CountRanges(joined, Unit) == CountRanges([.. frames.Order()], Unit)
                && firsts.SequenceEqual(firsts.Order());
        });
    }

    private static bool Meets(ulong[] frames, PageRequest request, int count) =>
        frames.Length == count && frames[0] % request.Alignment == 0
        && frames.All(frame => frame <= request.Limit && request.Limit - frame >= Unit - 1)
        && (!request.Contiguous || frames.Index().All(pair => pair.Item == frames[0] + (ulong)pair.Index * Unit));

    private static long Resident(MemoryBlock block)
    {
        // The blocks of a memory file are what it holds of memory: what was punched counts no more.
        string file = Directory.GetFiles("/proc/self/fd")
            .Single(file => new FileInfo(file).LinkTarget?.Contains("nonpaged:", StringComparison.Ordinal) == true);
        using Process process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "stat",
            ["-L", "-c", "%b", $"/proc/{Environment.ProcessId}/fd/{Path.GetFileName(file)}"])
        { RedirectStandardOutput = true })!;
        return block.IsFreed ? 0
            : long.Parse(process.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture) / 2;
    }
}

using System.Runtime.InteropServices;
using CsCheck;

namespace Nonpaged.Tests.Pages;

/// <summary>Random histories against a model that knows only the list of blocks and their contents.</summary>
public sealed unsafe class PagesModelTests(ITestOutputHelper output)
{
    private static readonly ulong[] s_limits =
        [ulong.MaxValue, ulong.MaxValue, 0xffffffff, 0x7fffffff, 0x00ffffff, 0x000fffff, 0x0007ffff];

    private static readonly nuint[] s_alignments = [0, 0, 0, 16, 64, 4096, 8192, 65536, 1 << 21];

    // Some come again and again: their pages are kept for the next one of the same length.
    private static readonly Gen<int> s_length = Gen.OneOf(
        Gen.Int[1, 300], Gen.Int[1, 9000], Gen.Int[1, 3_000_000], Gen.OneOf(20_000, 70_000, 300_000, 2_500_000));

    private static readonly Gen<Step> s_step = Gen.Select(
        Gen.Int[0, 2], s_length, Gen.Int[0, s_limits.Length - 1],
        Gen.Int[0, s_alignments.Length - 1], Gen.Bool, Gen.Bool, Gen.Int[0, int.MaxValue],
        (kind, length, limit, alignment, contiguous, whole, pick) =>
            new Step(kind != 0, (nuint)length, s_limits[limit], s_alignments[alignment], contiguous, whole, pick));

    public static TheoryData<string> Layouts => ["pc 16M", "pc 6G", "permuted"];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Random_histories_keep_limits_alignment_contents_and_give_all_memory_back(string layout)
    {
        // CsCheck prints the seed of a failing history; CsCheck_Seed in the environment repeats it.
        s_step.Array[1, 120].Sample(steps => Run(layout, steps), iter: layout == "pc 6G" ? 25 : 60, writeLine: output.WriteLine);
    }

    private static void Run(string layout, Step[] steps)
    {
        using MachineRam ram = new(layout == "pc 6G" ? 6UL << 30 : 16 << 20);
        using NonpagedPool pool = layout switch
        {
            "pc 6G" => ram.Pool(MachineRam.Pc(6UL << 30)),
            "permuted" => ram.Pool(MachineRam.Permuted(1, 2000, seed: 7)),
            _ => ram.Pool(MachineRam.Pc(16 << 20)),
        };
        ulong free = pool.FreeBytes;
        var model = new List<(MemoryBlock Block, byte Pattern)>();
        foreach (Step step in steps)
        {
            if (step.Allocate || model.Count == 0) Allocate(pool, step, model);
            else Free(step, model);
        }

        while (model.Count > 0) Free(steps[0], model);
        Assert.Equal(free, pool.FreeBytes);
        Assert.Empty(pool.Blocks);
    }

    private static void Allocate(NonpagedPool pool, Step step, List<(MemoryBlock Block, byte Pattern)> model)
    {
        var request = new MemoryRequest(step.Length)
        {
            Alignment = step.Alignment,
            Contiguous = step.Contiguous,
            WholePages = step.WholePages,
            HighestAcceptableAddress = new PhysicalAddress(step.Limit),
        };
        if (!pool.TryAllocate(request, out MemoryBlock? block, out AllocationFailure? failure))
        {
            Assert.NotEmpty(failure.Reason);
            Assert.NotEmpty(failure.Limit);
            Assert.NotEmpty(failure.Remedy);
            return;
        }

        nuint start = (nuint)block.Address;
        nuint alignment = step.Alignment == 0 ? 16 : step.Alignment;
        Assert.Equal(0u, start % alignment);
        Assert.Equal(0u, pool.Translate(block.Address).Value % alignment);
        Assert.DoesNotContain(
            model,
            other => start < (nuint)other.Block.Address + other.Block.Length && (nuint)other.Block.Address < start + step.Length);
        IReadOnlyList<PhysicalRange> ranges = block.Obtained.PhysicalRanges;
        Assert.Equal(step.Length, (nuint)ranges.Sum(range => (long)range.Length));
        Assert.All(ranges, range => Assert.True(range.Last!.Value.Value <= step.Limit));
        if (step.Contiguous) Assert.Single(ranges);
        foreach ((MemoryBlock other, _) in model)
            Assert.False(Overlap(ranges, other.Obtained.PhysicalRanges), "Two blocks share physical memory.");

        byte pattern = (byte)(step.Pick | 1);
        NativeMemory.Fill(block.Address, block.Length, pattern);
        model.Add((block, pattern));
    }

    private static void Free(Step step, List<(MemoryBlock Block, byte Pattern)> model)
    {
        int index = step.Pick % model.Count;
        (MemoryBlock block, byte pattern) = model[index];
        Assert.Equal(-1, new ReadOnlySpan<byte>(block.Address, (int)block.Length).IndexOfAnyExcept(pattern));
        block.Dispose();
        model.RemoveAt(index);
    }

    private static bool Overlap(IReadOnlyList<PhysicalRange> left, IReadOnlyList<PhysicalRange> right)
    {
        if (left.Count * right.Count > 4096) return false;
        return left.Any(l => right.Any(r => l.Start!.Value.Value < r.Start!.Value.Value + r.Length
            && r.Start!.Value.Value < l.Start!.Value.Value + l.Length));
    }

    private sealed record Step(
        bool Allocate, nuint Length, ulong Limit, nuint Alignment, bool Contiguous, bool WholePages, int Pick);
}

using CsCheck;

namespace Nonpaged.Tests.Heap;

/// <summary>Frees that are told the length: the magazine comes from that, and what is found at the address confirms it.</summary>
[Collection("host memory")]
public sealed unsafe class SizedFreeTests(ITestOutputHelper output)
{
    private static readonly nuint[] s_lengths =
        [1, 16, 17, 64, 100, 300, 1024, 1514, 2048, 4096, 9000, 65_536, 65_537, 100_000, 1 << 20, 2 << 20];

    [Fact]
    public void A_block_is_freed_by_each_length_that_one_of_its_class_may_have_and_refused_by_every_other()
    {
        using NonpagedPool pool = HeapPools.Make();
        foreach (nuint length in s_lengths)
        {
            foreach (nuint given in s_lengths)
            {
                void* block = pool.Alloc(length);
                // Of the same class, or of a shorter one that is aligned.
                if (SizeClass.MayHold(SizeClass.Of(length), given))
                {
                    pool.Free(block, given);
                    continue;
                }

                Assert.Throws<ArgumentException>(() => pool.Free(block, given));
                pool.Free(block, length);
                Assert.Throws<ArgumentException>(() => pool.Free(block, length));
            }

            void* other = pool.Alloc(length);
            Assert.Throws<ArgumentException>(() => pool.Free(other, 0));
            Assert.Throws<ArgumentException>(() => pool.Free(other, nuint.MaxValue));
            Assert.Throws<ArgumentException>(() => pool.Free((byte*)other + 16, length));
            pool.Free(other, length);
        }

        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void A_sized_free_of_many_fills_and_changes_magazines_as_one_without_a_length() => Gen.Select(
        Gen.Int[0, s_lengths.Length - 4], Gen.Int[1, 600], Gen.Bool).Array[1, 20].Sample(
        steps =>
        {
            using NonpagedPool pool = HeapPools.Make();
            foreach ((int length, int count, bool together) in steps)
            {
                nint[] blocks = pool.Take(count, s_lengths[length]);
                if (together) pool.Free(blocks, s_lengths[length]);
                else Array.ForEach(blocks, block => pool.Free((void*)block, s_lengths[length]));
            }

            pool.Trim();
            Assert.Equal(0UL, pool.InUse());
        },
        iter: 40, threads: 1, writeLine: output.WriteLine);

    [Fact]
    public void Of_many_that_mix_lengths_those_before_the_first_other_one_are_freed() => Gen.Select(
        Gen.Int[0, 150], Gen.Int[0, 40]).Sample(
        (before, behind) =>
        {
            using NonpagedPool pool = HeapPools.Make();
            nint[] blocks = [.. pool.Take(before, 64), (nint)pool.Alloc(1514), .. pool.Take(behind, 64)];
            Assert.Throws<ArgumentException>(() => pool.Free(blocks, 64));
            for (int i = 0; i < blocks.Length; i++)
                Assert.Equal(i < before ? BadFree.NotAllocated : BadFree.None, pool.Give((void*)blocks[i]));
            pool.Trim();
            Assert.Equal(0UL, pool.InUse());
        },
        iter: 100, threads: 1, writeLine: output.WriteLine);

    [Fact]
    public void A_block_that_is_aligned_is_freed_by_its_length()
    {
        using NonpagedPool pool = HeapPools.Make();
        for (nuint alignment = 16; alignment <= 4096; alignment *= 2)
        {
            foreach (nuint length in (nuint[])[1, 100, 1514, 4096, 65_536])
                pool.Free(pool.AllocAligned(length, alignment), length);
        }

        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void Null_is_freed_by_any_length_and_does_nothing()
    {
        using NonpagedPool pool = HeapPools.Make();
        pool.Free((void*)null, 64);
        pool.Free((ReadOnlySpan<nint>)[0, 0], 64);
        pool.Free(ReadOnlySpan<nint>.Empty, 64);
    }
}

using System.Collections.Concurrent;
using CsCheck;

namespace Nonpaged.Tests.Heap;

/// <summary>
/// Blocks that are allocated and freed many at a time, neighbours in order (which may go eight at a time) and others.
/// </summary>
[Collection("host memory")]
public sealed unsafe class BulkTests(ITestOutputHelper output)
{
    private static readonly nuint[] s_lengths = [16, 48, 64, 100, 300, 1024, 1514, 2048, 4096, 5000, 9000, 20_000, 65_536];

    private static readonly Gen<Bulk> s_bulks = Gen.Select(
        Gen.Int[0, s_lengths.Length - 1], Gen.Int[1, 200], Gen.Int[0, 20], Gen.Enum<Disorder>(), Gen.Enum<Bad>(),
        Gen.Int[0, int.MaxValue],
        (length, count, before, disorder, bad, pick) => new Bulk(s_lengths[length], count, before, disorder, bad, pick));

    private enum Disorder
    {
        None,
        Reversed,
        TwoSwapped,
        EveryThirdLeftOut,
        TwoLengths,
        Shuffled,
    }

    private enum Bad
    {
        None,
        Twice,
        FreedBefore,
        BeyondByOne,
        BeyondByGranule,
        StartOfChunk,
        StartOfChunkAndOne,
        OneBefore,
        Foreign,
        TopBits,
    }

    [Fact]
    public void Of_blocks_in_any_order_those_before_the_first_that_is_not_in_use_are_freed_and_no_other() =>
        s_bulks.Array[1, 12].Sample(
            bulks =>
            {
                using NonpagedPool pool = HeapPools.Make();
                foreach (Bulk bulk in bulks) Check(pool, bulk);
                pool.Trim();
                Assert.Equal(0UL, pool.InUse());
            },
            iter: 150, threads: 1, writeLine: output.WriteLine);

    [Theory]
    [InlineData(16)]
    [InlineData(48)]
    [InlineData(1024)]
    [InlineData(1514)]
    [InlineData(65_536)]
    public void Of_all_addresses_around_it_a_block_in_use_is_freed_at_its_own_alone(int length)
    {
        using NonpagedPool pool = HeapPools.Make();
        nint[] blocks = pool.Take(5, (nuint)length);
        nint[] plain = [(nint)pool.AllocAligned(1024, 1024)];
        // That of the middle, and none, of which one starts where a chunk does.
        pool.Give(blocks[..2].Concat(blocks[3..]).Concat(plain));
        foreach (nint near in (nint[])[blocks[2], plain[0]])
        {
            nint start = near & ~0xffff;
            for (nint address = start - 16; address < start + 0x1_0010; address++)
            {
                if (address != blocks[2])
                    Assert.False(pool.TryFreeSmall((void*)address), $"0x{address:x} was freed, a block is 0x{blocks[2]:x}");
            }
        }

        Assert.True(pool.TryFreeSmall((void*)blocks[2]));
    }

    [Fact]
    public void An_odd_address_behind_neighbours_is_refused_where_a_free_block_starts_with_the_chunk()
    {
        using NonpagedPool pool = HeapPools.Make();
        SortedSet<nint> blocks = [];
        nint start = 0;
        // Which spans are neighbours depends on the frames that the kernel gave.
        while (start == 0)
        {
            for (int i = 0; i < 1000; i++) blocks.Add((nint)pool.AllocAligned(1024, 1024));
            Assert.True(blocks.Count < 100_000, "No chunk starts where another ends.");
            start = blocks.FirstOrDefault(block => (block & 0xffff) == 0
                && Enumerable.Range(1, 7).All(i => blocks.Contains(block - i * 1024)));
        }

        pool.Free((void*)start);
        nint[] given = [.. blocks.Where(block => block < start).TakeLast(7), start + 1];
        Assert.Equal(start - 7 * 1024, given[0]);
        Assert.Throws<ArgumentException>(() => pool.Free(given));
        pool.Give(blocks.Except(given).Where(block => block != start));
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void Neighbours_that_are_allocated_together_come_in_order_and_again_so()
    {
        using NonpagedPool pool = HeapPools.Make();
        nint[] blocks = new nint[64];
        // All of one span.
        pool.Alloc(blocks, 512);
        nint[] first = [.. blocks];
        Assert.Equal(first.Order(), first);
        pool.Free(blocks);
        pool.Alloc(blocks, 512);
        Assert.Equal(first, blocks);
        pool.Free(blocks);
    }

    [Fact]
    public void Two_threads_that_have_every_other_block_free_and_allocate_them_without_a_word_about_their_neighbours()
    {
        const int each = 64;
        const int rounds = 3000;
        using NonpagedPool pool = HeapPools.Make();
        nint[] all = new nint[2 * each];
        pool.Alloc(all, 64);
        Array.Sort(all);
        var errors = new ConcurrentQueue<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(number => new Thread(() =>
        {
            try
            {
                nint[] mine = [.. all.Where((_, index) => index % 2 == number)];
                for (int round = 0; round < rounds; round++)
                {
                    foreach (nint block in mine) *(nint*)block = block + number;
                    foreach (nint block in mine) Assert.Equal(block + number, *(nint*)block);
                    pool.Free(mine.AsSpan(..(each / 2)));
                    for (int i = each / 2; i < each; i++) pool.Free((void*)mine[i]);
                    pool.Alloc(mine, 64);
                }

                pool.Free(mine);
            }
            catch (Exception exception)
            {
                errors.Enqueue(exception);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Empty(errors);
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    private static void Check(NonpagedPool pool, Bulk bulk)
    {
        // So that bulks do not start with a magazine.
        nint[] before = pool.Take(bulk.Before, bulk.Length);
        nint[] blocks = new nint[bulk.Count];
        pool.Alloc(blocks, bulk.Length);
        Assert.Equal(blocks.Length, blocks.Distinct().Count());
        foreach (nint block in blocks) *(nint*)block = block;
        nint[] kept = [];
        Random random = new(bulk.Pick);
        nint[] other = [];
        switch (bulk.Disorder)
        {
            case Disorder.Reversed:
                Array.Reverse(blocks);
                break;
            case Disorder.TwoSwapped:
                int one = random.Next(blocks.Length), two = random.Next(blocks.Length);
                (blocks[one], blocks[two]) = (blocks[two], blocks[one]);
                break;
            case Disorder.EveryThirdLeftOut:
                kept = [.. blocks.Where((_, index) => index % 3 == 2)];
                blocks = [.. blocks.Where((_, index) => index % 3 != 2)];
                break;
            case Disorder.TwoLengths:
                other = pool.Take(1, 700);
                int at = random.Next(blocks.Length);
                blocks = [.. blocks[..at], .. other, .. blocks[at..]];
                *(nint*)other[0] = other[0];
                break;
            case Disorder.Shuffled:
                random.Shuffle(blocks);
                break;
        }

        foreach (nint block in blocks.Concat(kept)) Assert.Equal(block, *(nint*)block);
        int place = random.Next(blocks.Length);
        nint[] given = BadOf(pool, bulk, blocks, [.. before, .. kept], place) is { } bad
            ? [.. blocks[..(place + 1)], bad, .. blocks[(place + 1)..]]
            : blocks;
        if (given == blocks)
        {
            pool.Free(given);
            place = blocks.Length - 1;
        }
        else
        {
            Assert.Throws<ArgumentException>(() => pool.Free(given));
        }

        foreach (nint block in blocks[..(place + 1)]) Assert.False(pool.TryFreeSmall((void*)block), "It was freed before.");
        foreach (nint block in blocks[(place + 1)..].Concat(kept).Concat(before))
            Assert.True(pool.TryFreeSmall((void*)block), "It is in use.");
    }

    private static nint? BadOf(NonpagedPool pool, Bulk bulk, nint[] blocks, nint[] before, int place)
    {
        nint block = blocks[place];
        switch (bulk.Bad)
        {
            case Bad.Twice:
                return block;
            case Bad.FreedBefore:
                nint freed = (nint)pool.Alloc(bulk.Length);
                pool.Free((void*)freed);
                return freed;
            case Bad.BeyondByOne:
                return block + 1;
            case Bad.BeyondByGranule:
                return bulk.Length > 16 ? block + 16 : null;
            case Bad.StartOfChunk:
                return blocks.Append(0).Contains(block & ~0xffff) || before.Contains(block & ~0xffff) ? null : block & ~0xffff;
            case Bad.OneBefore:
                return blocks[int.Max(0, place - 3)];
            case Bad.StartOfChunkAndOne:
                return (block & ~0xffff) + 1;
            case Bad.Foreign:
                return 0x10_0000;
            case Bad.TopBits:
                return block | unchecked((nint)0x4001_0000_0000_0000);
            default:
                return null;
        }
    }

    private sealed record Bulk(nuint Length, int Count, int Before, Disorder Disorder, Bad Bad, int Pick);
}

using System.Numerics;
using System.Runtime.InteropServices;

namespace Nonpaged.Tests.Heap;

/// <summary>
/// Blocks of threads on different processors do not lie between each other's, so that their states share no line.
/// </summary>
public sealed unsafe partial class LaneTests
{
    private const int Blocks = 4096;
    private const int Turn = 64;

    // CPU_SETSIZE, in words: sched_getaffinity(2).
    private const int SetWords = 16;

    [Fact]
    public void Threads_on_two_processors_take_turns_and_share_one_chunk_at_most()
    {
        int[] processors = Two();
        Assert.SkipUnless(processors.Length == 2, "This machine has one processor.");
        using var pool = NonpagedPool.Create();
        nint[][] blocks = [new nint[Blocks], new nint[Blocks]];
        using var turns = new Barrier(2);
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(number => new Thread(() =>
        {
            Pin(processors[number]);
            for (int done = 0; done < Blocks; done += Turn)
            {
                for (int i = done; i < done + Turn; i++) blocks[number][i] = (nint)pool.Alloc(64);
                turns.SignalAndWait();
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        HashSet<nint>[] chunks = [.. blocks.Select(of => of.Select(block => block >> Chunk.Shift).ToHashSet())];
        Assert.InRange(chunks[0].Intersect(chunks[1]).Count(), 0, 1);
        foreach (nint block in blocks.SelectMany(of => of)) pool.Free((void*)block);
    }

    [Fact]
    public void Blocks_that_another_processor_freed_are_used_before_more_memory_is_taken()
    {
        int[] processors = Two();
        Assert.SkipUnless(processors.Length == 2, "This machine has one processor.");
        using var pool = NonpagedPool.Create();
        nint[] blocks = new nint[50_000];
        On(processors[0], () => Fill(pool, blocks));
        // Three of four, so that each span stays and is open.
        On(processors[0], () =>
        {
            for (int i = 0; i < blocks.Length; i++)
            {
                if (i % 4 != 0) pool.Free((void*)blocks[i]);
            }

            pool.Trim();
        });
        ulong held = pool.HeldBytes;
        nint[] more = new nint[30_000];
        On(processors[1], () => Fill(pool, more));
        Assert.Equal(held, pool.HeldBytes);
    }

    private static void Fill(NonpagedPool pool, nint[] blocks)
    {
        for (int i = 0; i < blocks.Length; i++) blocks[i] = (nint)pool.Alloc(1024);
    }

    private static void On(int processor, Action work)
    {
        var thread = new Thread(() =>
        {
            Pin(processor);
            work();
        });
        thread.Start();
        thread.Join();
    }

    private static void Pin(int processor)
    {
        ulong* set = stackalloc ulong[SetWords];
        set[processor / 64] = 1UL << (processor % 64);
        Assert.Equal(0, SetAffinity(0, SetWords * sizeof(ulong), set));
    }

    // Of different lanes.
    private static int[] Two()
    {
        ulong* set = stackalloc ulong[SetWords];
        Assert.Equal(0, GetAffinity(0, SetWords * sizeof(ulong), set));
        var found = new List<int>();
        for (int word = 0; word < SetWords; word++)
        {
            for (ulong left = set[word]; left != 0; left &= left - 1)
                found.Add(word * 64 + BitOperations.TrailingZeroCount(left));
        }

        return [.. found.DistinctBy(processor => processor % DepotLane.Count).Take(2)];
    }

    // The C library's functions, unlike the system calls, return 0.
    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint length, ulong* set);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint length, ulong* set);
}

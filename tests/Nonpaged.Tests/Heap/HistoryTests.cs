using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using CsCheck;

namespace Nonpaged.Tests.Heap;

/// <summary>
/// Random histories of pools with magazines, held against a model: which blocks there are, how long, and with what contents.
/// </summary>
[Collection("host memory")]
public sealed unsafe class HistoryTests(ITestOutputHelper output)
{
    private static readonly Gen<Step[]> s_steps = Gen.Select(
        Gen.Int[0, 9], Gen.OneOf(Gen.Int[1, 200], Gen.Int[1, 9000], Gen.Int[1, 70_000]), Gen.Int[0, 12], Gen.Int[0, int.MaxValue],
        (kind, length, alignment, pick) => new Step(kind, length, alignment, pick)).Array[1, 400];

    [Fact]
    public void Blocks_of_one_thread_keep_their_contents_and_all_memory_comes_back() => s_steps.Sample(
        steps =>
        {
            using NonpagedPool pool = HeapPools.Make();
            var mine = new Model(pool);
            foreach (Step step in steps) mine.Do(step, null);
            mine.FreeAll();
            pool.Trim();
            Assert.Equal(0UL, pool.InUse());
        },
        iter: 40, threads: 1, writeLine: output.WriteLine);

    [Fact]
    public void Blocks_that_three_threads_hand_over_to_each_other_keep_their_contents_and_all_memory_comes_back() =>
        s_steps.Array[3].Sample(
            histories =>
            {
                using NonpagedPool pool = HeapPools.Make();
                var passed = new ConcurrentQueue<Block>();
                var errors = new ConcurrentQueue<Exception>();
                Model[] models = [.. histories.Select(_ => new Model(pool))];
                Thread[] threads = [.. histories.Select((history, index) => new Thread(() =>
                {
                    try
                    {
                        foreach (Step step in history) models[index].Do(step, passed);
                    }
                    catch (Exception exception)
                    {
                        errors.Enqueue(exception);
                    }
                }))];
                foreach (Thread thread in threads) thread.Start();
                foreach (Thread thread in threads) thread.Join();
                Assert.Empty(errors);
                // All that is in use, whoever has it, is apart.
                nint end = 0;
                foreach (Block block in models.SelectMany(model => model.Blocks).Concat(passed).OrderBy(block => block.Address))
                {
                    Assert.True(block.Address >= end, "Two blocks overlap.");
                    end = block.Address + block.Length;
                }

                foreach (Model model in models) model.FreeAll();
                while (passed.TryDequeue(out Block block)) models[0].CheckAndFree(block);
                pool.Trim();
                Assert.Equal(0UL, pool.InUse());
            },
            iter: 25, threads: 1, writeLine: output.WriteLine);

    private readonly record struct Step(int Kind, int Length, int Alignment, int Pick);

    private readonly record struct Block(nint Address, int Length, byte Pattern);

    private sealed class Model(NonpagedPool pool)
    {
        private readonly List<Block> _blocks = [];

        public IEnumerable<Block> Blocks => _blocks;

        public void Do(Step step, ConcurrentQueue<Block>? passed)
        {
            nuint length = (nuint)step.Length;
            switch (step.Kind)
            {
                case 0 or 1:
                    Add((nint)pool.Alloc(length), step);
                    break;
                case 2:
                    nint zeroed = (nint)pool.AllocZeroed(length);
                    Assert.Equal(-1, new Span<byte>((void*)zeroed, step.Length).IndexOfAnyExcept((byte)0));
                    Add(zeroed, step);
                    break;
                case 3:
                    nint aligned = (nint)pool.AllocAligned(length, (nuint)1 << step.Alignment);
                    Assert.Equal(0, aligned & ((1 << step.Alignment) - 1));
                    Add(aligned, step);
                    break;
                case 4:
                    nint[] several = new nint[step.Pick % 200];
                    // Not more than a thread's share of the ceiling.
                    int each = int.Min(step.Length, 500);
                    pool.Alloc(several, (nuint)each);
                    foreach (nint block in several) Add(block, step with { Length = each });
                    break;
                case 5 when passed is not null && _blocks.Count > 0:
                    passed.Enqueue(Remove(step.Pick));
                    break;
                case 6 when passed is not null && passed.TryDequeue(out Block other):
                    CheckAndFree(other);
                    break;
                case 7:
                    FreeSeveral(step.Pick % 100);
                    break;
                case 8 when step.Pick % 8 == 0:
                    pool.Trim();
                    break;
                default:
                    if (_blocks.Count > 0) CheckAndFree(Remove(step.Pick));
                    break;
            }
        }

        public void FreeAll()
        {
            foreach (Block block in _blocks) CheckAndFree(block);
            _blocks.Clear();
        }

        public void CheckAndFree(Block block)
        {
            Check(block);
            if (block.Pattern % 2 == 0) pool.Free((void*)block.Address);
            else Assert.Equal(BadFree.None, pool.Give((void*)block.Address, (nuint)block.Length));
        }

        private static void Check(Block block) =>
            Assert.Equal(-1, new Span<byte>((void*)block.Address, block.Length).IndexOfAnyExcept(block.Pattern));

        private void FreeSeveral(int count)
        {
            count = int.Min(count, _blocks.Count);
            Block[] last = [.. _blocks[^count..]];
            foreach (Block block in last) Check(block);
            _blocks.RemoveRange(_blocks.Count - count, count);
            pool.Free([.. last.Select(block => block.Address)]);
        }

        private void Add(nint address, Step step)
        {
            Assert.Equal(0, address & 15);
            Assert.True(pool.GetUsableSize((void*)address) >= (nuint)step.Length);
            Assert.DoesNotContain(
                _blocks, other => address < other.Address + other.Length && other.Address < address + step.Length);
            var block = new Block(address, step.Length, (byte)(step.Pick + _blocks.Count));
            NativeMemory.Fill((void*)address, (nuint)step.Length, block.Pattern);
            _blocks.Add(block);
        }

        private Block Remove(int pick)
        {
            int index = pick % _blocks.Count;
            Block block = _blocks[index];
            _blocks.RemoveAt(index);
            return block;
        }
    }
}

using System.Runtime.InteropServices;
using CsCheck;

namespace Nonpaged.Tests.Heap;

public sealed unsafe class HeapTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_length_has_the_smallest_class_that_holds_it_and_wastes_at_most_an_eighth_above_112_bytes()
    {
        for (int length = 1; length <= SizeClass.MaxLength; length++)
        {
            int index = SizeClass.Of((nuint)length);
            int size = SizeClass.Size(index);
            Assert.InRange(index, 1, SizeClass.Count - 1);
            Assert.True(size >= length);
            Assert.True(SizeClass.Size(index - 1) < length);
            Assert.Equal(0, size % 16);
            // From 1 KiB up an odd number of cache lines.
            if (length >= 1024) Assert.Equal(64, size % 128);
            if (length > 112) Assert.True(size - length <= size / 8.0, $"{length} bytes in a block of {size}");
        }
    }

    [Fact]
    public void An_aligned_block_has_a_class_whose_every_block_is_aligned()
    {
        for (nuint alignment = 1; alignment <= SizeClass.MaxAlignment; alignment *= 2)
        {
            for (int length = 1; length <= SizeClass.MaxLength; length += length < 2048 ? 1 : 61)
            {
                int index = SizeClass.Of((nuint)length, alignment);
                int size = SizeClass.Size(index);
                Assert.True(size >= length, $"{length} bytes at {alignment} in a block of {size}");
                Assert.Equal(0, size % (int)nuint.Max(alignment, 16));
                Assert.True(SizeClass.MayHold(index, (nuint)length));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Random_histories_of_small_blocks_keep_contents_and_give_all_memory_back(bool verify)
    {
        Gen.Select(Gen.Int[0, 3], Gen.OneOf(
            Gen.Int[1, 200], Gen.Int[1, 9000], Gen.Int[1, 70_000]), Gen.Int[0, 12], Gen.Int[0, int.MaxValue])
            .Array[1, 300].Sample(steps => Run(verify, steps), iter: 40, writeLine: output.WriteLine);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_bad_free_is_refused_and_changes_nothing(bool verify)
    {
        using MachineRam ram = new(4 << 20);
        using NonpagedPool pool = ram.Pool(MachineRam.Pc(4 << 20), verify);
        ulong free = pool.FreeBytes;
        byte* small = (byte*)pool.Alloc(100);
        byte* large = (byte*)pool.Alloc(200_000);
        NativeMemory.Fill(small, 100, 1);
        Assert.Equal(BadFree.Middle, pool.Give(small + 1));
        Assert.Equal(BadFree.Middle, pool.Give(large + 4096));
        Assert.Equal(BadFree.WrongLength, pool.Give(small, 5000));
        Assert.Equal(BadFree.WrongLength, pool.Give(large, 199_999));
        Assert.Equal(BadFree.Foreign, pool.Give((void*)16));
        Assert.Equal(BadFree.Foreign, pool.Give((void*)-4096));
        Assert.Equal(BadFree.NotAllocated, pool.Give(large - 8192));
        Assert.Equal(-1, new Span<byte>(small, 100).IndexOfAnyExcept((byte)1));
        Assert.Equal(BadFree.None, pool.Give(small, 100));
        Assert.Equal(BadFree.NotAllocated, pool.Give(small));
        Assert.Equal(BadFree.None, pool.Give(large));
        Assert.Equal(BadFree.NotAllocated, pool.Give(large));
        Assert.Equal(BadFree.None, pool.Give(null));
        Assert.Throws<ArgumentException>(() => pool.Free((void*)16));
        Assert.Equal(free, pool.FreeBytes);
    }

    [Fact]
    public void Usable_size_is_at_least_what_was_asked_for()
    {
        using MachineRam ram = new(4 << 20);
        using NonpagedPool pool = ram.Pool(MachineRam.Pc(4 << 20), verify: false);
        foreach (nuint length in new nuint[] { 1, 16, 17, 1514, 65536, 65537, 100_000 })
        {
            void* block = pool.Alloc(length);
            Assert.InRange(pool.GetUsableSize(block), length, length + length / 8 + 4096);
            Assert.Throws<ArgumentException>(() => pool.GetUsableSize((byte*)block + 1));
            pool.Free(block, length);
        }
    }

    [Fact]
    public void Bulk_allocation_gives_all_or_nothing()
    {
        using MachineRam ram = new(2 << 20);
        using NonpagedPool pool = ram.Pool(MachineRam.Pc(2 << 20), verify: false);
        ulong free = pool.FreeBytes;
        nint[] blocks = new nint[64];
        pool.Alloc(blocks, 1514);
        Assert.Equal(64, blocks.Distinct().Count());
        pool.Free(blocks);
        Assert.Equal(free, pool.FreeBytes);
        Assert.Throws<AllocationException>(() => pool.Alloc(blocks, 60_000));
        Assert.All(blocks, block => Assert.Equal(0, block));
        Assert.Equal(free, pool.FreeBytes);
    }

    [Fact]
    public void Where_memory_is_scarce_a_small_block_needs_one_page_only()
    {
        using MachineRam ram = new(16 << 10);
        using NonpagedPool pool = ram.Pool([new(0x1000, 0x3000, new PhysicalAddress(0x1000))]);
        MemoryBlock pages = pool.Allocate(new MemoryRequest(8192) { WholePages = true });
        MemoryBlock small = pool.Allocate(new MemoryRequest(100));
        Assert.False(pool.TryAllocate(new MemoryRequest(4096), out _, out AllocationFailure? failure));
        Assert.Contains("0 bytes are free", failure.Limit, StringComparison.Ordinal);
        small.Dispose();
        pages.Dispose();
        Assert.Equal(0x3000UL, pool.FreeBytes);
    }

    [Fact]
    public void Two_threads_may_use_a_pool_at_once()
    {
        using MachineRam ram = new(16 << 20);
        using NonpagedPool pool = ram.Pool(MachineRam.Pc(16 << 20), verify: false);
        ulong free = pool.FreeBytes;
        Parallel.For(0, 4, thread =>
        {
            var random = new Random(thread);
            var mine = new List<(nint Block, int Length)>();
            for (int i = 0; i < 20_000; i++)
            {
                if (mine.Count < 50 && random.Next(2) == 0)
                {
                    int length = random.Next(1, 3000);
                    void* block = pool.Alloc((nuint)length);
                    NativeMemory.Fill(block, (nuint)length, (byte)(thread + 1));
                    mine.Add(((nint)block, length));
                }
                else if (mine.Count > 0)
                {
                    (nint block, int length) = mine[^1];
                    Assert.Equal(-1, new Span<byte>((void*)block, length).IndexOfAnyExcept((byte)(thread + 1)));
                    pool.Free((void*)block, (nuint)length);
                    mine.RemoveAt(mine.Count - 1);
                }
            }

            foreach ((nint block, _) in mine) pool.Free((void*)block);
        });
        Assert.Equal(free, pool.FreeBytes);
    }

    private static void Run(bool verify, (int Kind, int Length, int Alignment, int Pick)[] steps)
    {
        using MachineRam ram = new(8 << 20);
        using NonpagedPool pool = ram.Pool(MachineRam.Pc(8 << 20), verify);
        ulong free = pool.FreeBytes;
        var model = new List<(nint Address, int Length, byte Pattern)>();
        foreach ((int kind, int length, int alignment, int pick) in steps)
        {
            if (kind > 0 || model.Count == 0)
            {
                if (pool.FreeBytes < 1 << 20) continue;
                nuint align = (nuint)1 << alignment;
                nint address = (nint)(kind == 1 ? pool.AllocAligned((nuint)length, align)
                    : kind == 2 ? pool.AllocZeroed((nuint)length)
                    : pool.Alloc((nuint)length));
                Assert.Equal(0u, (nuint)address % (kind == 1 ? nuint.Max(align, 16) : 16));
                if (kind == 2) Assert.Equal(-1, new Span<byte>((void*)address, length).IndexOfAnyExcept((byte)0));
                Assert.DoesNotContain(model, other => address < other.Address + other.Length && other.Address < address + length);
                byte pattern = (byte)(pick | 1);
                NativeMemory.Fill((void*)address, (nuint)length, pattern);
                model.Add((address, length, pattern));
            }
            else
            {
                int index = pick % model.Count;
                (nint address, int size, byte pattern) = model[index];
                Assert.Equal(-1, new Span<byte>((void*)address, size).IndexOfAnyExcept(pattern));
                pool.Free((void*)address, (nuint)size);
                model.RemoveAt(index);
            }
        }

        foreach ((nint address, _, _) in model) pool.Free((void*)address);
        Assert.Equal(free, pool.FreeBytes);
    }
}

using System.Globalization;
using System.Runtime.InteropServices;

namespace Nonpaged.Tests.Heap;

/// <summary>
/// Each kind of bad free of a block that comes from magazines. After each the block, its neighbours and the heap are as before.
/// </summary>
[Collection("host memory")]
public sealed unsafe class BadFreeTests : IDisposable
{
    private const int Length = 300;

    private readonly NonpagedPool _pool = HeapPools.Make();
    private readonly nint[] _neighbours;
    private readonly byte* _block;

    public BadFreeTests()
    {
        _neighbours = _pool.Take(40, Length);
        _block = (byte*)_neighbours[20];
        foreach (nint block in _neighbours) NativeMemory.Fill((void*)block, Length, (byte)(block >> 6));
    }

    public void Dispose()
    {
        // Whatever was tried: all contents are there, no block is handed out that is in use, each is freed once, and all is back.
        nint[] more = _pool.Take(500, Length);
        Assert.Equal(540, more.Concat(_neighbours).Distinct().Count());
        foreach (nint block in _neighbours)
            Assert.Equal(-1, new Span<byte>((void*)block, Length).IndexOfAnyExcept((byte)(block >> 6)));
        _pool.Give(more);
        _pool.Give(_neighbours);
        _pool.Trim();
        Assert.Equal(0UL, _pool.InUse());
        _pool.Dispose();
    }

    [Fact]
    public void TryFree_says_whether_it_freed_and_if_not_why()
    {
        void* block = _pool.Alloc(Length);
        Assert.False(_pool.TryFree((byte*)block + 1, out BadFree bad));
        Assert.Equal(BadFree.Middle, bad);
        Assert.False(_pool.TryFree(block, 50_000, out bad));
        Assert.Equal(BadFree.WrongLength, bad);
        Assert.True(_pool.TryFree(block, Length, out bad));
        Assert.Equal(BadFree.None, bad);
        Assert.False(_pool.TryFree(block, out bad));
        Assert.Equal(BadFree.NotAllocated, bad);
    }

    [Fact]
    public void A_double_free_is_refused()
    {
        void* block = _pool.Alloc(Length);
        _pool.Free(block);
        AssertRefused(block, BadFree.NotAllocated, (nuint)block);
        // The slot of the first free is the next allocation's, once.
        Assert.Equal((nint)block, (nint)_pool.Alloc(Length));
        void* other = _pool.Alloc(Length);
        Assert.NotEqual((nint)block, (nint)other);
        _pool.Free(block);
        _pool.Free(other);
        _pool.Trim();
        AssertRefused(block, BadFree.NotAllocated, (nuint)block);
    }

    [Fact]
    public void A_double_free_with_the_length_is_refused()
    {
        void* block = _pool.Alloc(Length);
        _pool.Free(block, Length);
        Assert.Throws<ArgumentException>(() => _pool.Free(block, Length));
        Assert.Equal(BadFree.NotAllocated, _pool.Give(block, Length));
    }

    [Fact]
    public void A_free_of_a_block_whose_span_went_back_is_refused()
    {
        byte* block;
        using NonpagedPool pool = HeapPools.Make();
        block = (byte*)pool.Alloc(Length);
        pool.Free(block);
        pool.Trim();
        Assert.Equal(BadFree.NotAllocated, pool.Give(block));
        Assert.Throws<ArgumentException>(() => pool.Free(block));
        Assert.Equal(0UL, pool.InUse());
    }

    [Theory]
    [InlineData(0x1UL)]
    [InlineData(0x10UL)]
    [InlineData(0xfffUL)]
    [InlineData(0x7fff_ffff_f000UL)]
    [InlineData(0x8000_0000_0000UL)]
    [InlineData(0x1234_5678_9abc_def0UL)]
    [InlineData(0xffff_8000_0000_0000UL)]
    [InlineData(0xffff_ffff_ffff_ffffUL)]
    public void An_address_of_no_memory_of_the_pool_is_refused(ulong address) =>
        AssertRefused((void*)address, BadFree.Foreign, (nuint)address);

    [Fact]
    public void A_block_of_the_stack_is_refused()
    {
        byte* local = stackalloc byte[4096];
        AssertRefused(local + 64, BadFree.Foreign, (nuint)local + 64);
    }

    [Fact]
    public void A_block_of_another_heap_is_refused()
    {
        void* block = NativeMemory.AlignedAlloc(Length, 64);
        AssertRefused(block, BadFree.Foreign, (nuint)block);
        NativeMemory.AlignedFree(block);
    }

    [Fact]
    public void A_block_of_another_pool_is_refused_and_stays_in_use_there()
    {
        using NonpagedPool other = HeapPools.Make();
        void* block = other.Alloc(Length);
        AssertRefused(block, BadFree.Foreign, (nuint)block);
        Assert.Equal(BadFree.None, other.Give(block));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(128)]
    [InlineData(Length)]
    public void A_pointer_into_the_middle_of_a_small_block_is_refused_and_told_with_the_block(int offset) =>
        AssertRefused(_block + offset, BadFree.Middle, (nuint)_block);

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(4096)]
    [InlineData(32768)]
    [InlineData(65535)]
    public void A_pointer_into_the_middle_of_the_longest_small_block_is_refused_and_told_with_the_block(int offset)
    {
        // Several, for not all start in the first half of a chunk.
        nint[] blocks = _pool.Take(5, 65536);
        foreach (nint block in blocks) AssertRefused((byte*)block + offset, BadFree.Middle, (nuint)block);
        _pool.Give(blocks);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(4096)]
    [InlineData(65536)]
    public void A_pointer_into_the_middle_of_whole_pages_is_refused_and_told_with_the_block(int offset)
    {
        byte* pages = (byte*)_pool.Alloc(300_000);
        AssertRefused(pages + offset, BadFree.Middle, (nuint)pages);
        _pool.Free(pages);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Length - 60)]
    [InlineData(Length + 40)]
    [InlineData(100_000)]
    public void A_free_with_a_length_of_another_class_is_refused_and_told_with_the_block(int length)
    {
        Assert.Equal(BadFree.WrongLength, _pool.Give(_block, (nuint)length));
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => _pool.Free(_block, (nuint)length));
        AssertNames(thrown, (nuint)_block);
    }

    [Fact]
    public void A_free_with_a_length_of_the_same_class_passes()
    {
        void* block = _pool.Alloc(Length);
        Assert.Equal(BadFree.None, _pool.Give(block, Length - 1));
    }

    [Fact]
    public void A_block_that_another_threads_magazine_holds_is_refused()
    {
        using var cached = new ManualResetEventSlim();
        using var tried = new ManualResetEventSlim();
        nint block = 0;
        nint again = 0;
        var other = new Thread(() =>
        {
            block = (nint)_pool.Alloc(Length);
            _pool.Free((void*)block);
            cached.Set();
            tried.Wait();
            again = (nint)_pool.Alloc(Length);
            _pool.Free((void*)again);
        });
        other.Start();
        cached.Wait();
        AssertRefused((void*)block, BadFree.NotAllocated, (nuint)block);
        tried.Set();
        other.Join();
        Assert.Equal(block, again);
    }

    [Fact]
    public void A_bulk_free_with_a_bad_pointer_frees_those_before_it_and_no_other()
    {
        nint[] blocks = _pool.Take(60, Length);
        nint[] given = [.. blocks[..30], (nint)_block + 16, .. blocks[30..]];
        AssertNames(Assert.Throws<ArgumentException>(() => _pool.Free(given)), (nuint)_block);
        foreach (nint block in blocks[..30]) Assert.Equal(BadFree.NotAllocated, _pool.Give((void*)block));
        foreach (nint block in blocks[30..]) Assert.Equal(BadFree.None, _pool.Give((void*)block));
    }

    [Fact]
    public void A_bulk_free_with_a_block_in_it_twice_frees_it_once()
    {
        nint[] blocks = _pool.Take(10, Length);
        nint[] given = [.. blocks, blocks[3]];
        AssertNames(Assert.Throws<ArgumentException>(() => _pool.Free(given)), (nuint)blocks[3]);
        foreach (nint block in blocks) Assert.Equal(BadFree.NotAllocated, _pool.Give((void*)block));
    }

    private static void AssertNames(ArgumentException thrown, nuint address) =>
        Assert.Contains("0x" + address.ToString("x", CultureInfo.InvariantCulture), thrown.Message, StringComparison.Ordinal);

    /// <summary>By every call that frees, with the same answer.</summary>
    private void AssertRefused(void* address, BadFree expected, nuint named)
    {
        Assert.Equal(expected, _pool.Give(address));
        AssertNames(Assert.Throws<ArgumentException>(() => _pool.Free(address)), named);
        Assert.Throws<ArgumentException>(() => _pool.Free(address, Length));
        Assert.Throws<ArgumentException>(() => _pool.Free([(nint)address]));
        Assert.Throws<ArgumentException>(() => _pool.GetUsableSize(address));
    }
}

using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Tests.Memory;

/// <summary>A block as memory of .NET's own kinds, without pointers.</summary>
[Collection("host memory")]
public sealed class BlockMemoryTests
{
    [StructLayout(LayoutKind.Sequential)]
    private struct Descriptor
    {
        public ulong Address;
        public uint Length;
        public uint Status;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1514)]
    [InlineData(70_000)]
    public void A_block_is_the_owner_of_its_memory(int length)
    {
        using var pool = NonpagedPool.Create();
        IMemoryOwner<byte> owner = pool.Allocate(length);
        Memory<byte> memory = owner.Memory;
        Assert.Equal(length, memory.Length);
        memory.Span.Fill(7);
        var block = (MemoryBlock)owner;
        Assert.False(block.AsSpan().ContainsAnyExcept((byte)7));
        using (MemoryHandle handle = memory[(length / 2)..].Pin())
        {
            unsafe
            {
                Assert.True((byte*)handle.Pointer == (byte*)block.Address + length / 2);
            }
        }

        owner.Dispose();
        owner.Dispose();
        Assert.True(block.IsFreed);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
        Assert.Throws<ObjectDisposedException>(() => block.AsSpan<ulong>().Length);
        Assert.Throws<ObjectDisposedException>(() => block.At<int>(0));
        Assert.Throws<ObjectDisposedException>(() => block.PhysicalAddress);
        Assert.Throws<ObjectDisposedException>(() => block.Translate(0));
        Assert.Equal($"MemoryBlock of {length} bytes, freed", block.ToString());
    }

    [Fact]
    public async Task Code_that_awaits_keeps_a_block_and_needs_no_pointer()
    {
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(4096);
        string file = Path.GetTempFileName();
        try
        {
            using SafeFileHandle handle =
                File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, options: FileOptions.Asynchronous);
            block.AsSpan().Fill(0x5a);
            await RandomAccess.WriteAsync(handle, block.Memory, 0, TestContext.Current.CancellationToken);
            block.AsSpan().Clear();
            Assert.Equal(4096, await RandomAccess.ReadAsync(handle, block.Memory, 0, TestContext.Current.CancellationToken));
            Assert.False(block.AsSpan().ContainsAnyExcept((byte)0x5a));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_ring_of_descriptors_lies_in_a_block()
    {
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(100);
        Span<Descriptor> ring = block.AsSpan<Descriptor>();
        Assert.Equal(6, ring.Length);
        ring[5] = new Descriptor { Address = 1, Length = 2, Status = 3 };
        Assert.Equal(3u, block.At<Descriptor>(80).Status);
        block.At<byte>(99) = 9;
        Assert.Equal(9, block.AsSpan()[99]);
        Assert.Throws<ArgumentOutOfRangeException>(() => block.At<byte>(100));
        Assert.Throws<ArgumentOutOfRangeException>(() => block.At<Descriptor>(85));
        Assert.Throws<ArgumentOutOfRangeException>(() => block.At<Descriptor>(-1));
        Assert.Equal(
            ("offset", 85L),
            Assert.Throws<ArgumentOutOfRangeException>(() => block.At<Descriptor>(85)) is var wrong
                ? (wrong.ParamName, wrong.ActualValue)
                : default);
        Assert.Equal("length", Assert.Throws<ArgumentOutOfRangeException>(() => block.AsSpan(90, 20).Length).ParamName);
        Assert.Equal("start", Assert.Throws<ArgumentOutOfRangeException>(() => block.AsSpan(-1, 20).Length).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => block.Pin(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => block.Pin(101));
        Assert.Throws<ArgumentOutOfRangeException>(() => block.Translate(100));
    }

    [Fact]
    public void A_block_knows_its_physical_address_where_the_pool_does()
    {
        using var ram = new MachineRam(4 << 20);
        using NonpagedPool pool = ram.Pool(MachineRam.Pc(4 << 20));
        using MemoryBlock block = pool.Allocate(new MemoryRequest(10_000) { Contiguous = true });
        PhysicalRange range = Assert.Single(block.Obtained.PhysicalRanges);
        Assert.NotNull(range.Start);
        Assert.Equal(range.Start, block.PhysicalAddress);
        Assert.Equal(range.Start.Value + 9_999, block.Translate(9_999));
        Assert.True(block.TryTranslate(5000, out PhysicalAddress middle));
        Assert.Equal(range.Start.Value + 5000, middle);
    }

    [Fact]
    public void A_block_that_the_kernel_may_move_has_no_physical_address()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.SmallPages], Pins = [] });
        using MemoryBlock block = pool.Allocate(new MemoryRequest(4096) { WholePages = true });
        Assert.Null(block.PhysicalAddress);
        Assert.False(block.TryTranslate(0, out _));
        Assert.Throws<InvalidOperationException>(() => block.Translate(0));
    }

    [Fact]
    public void Lengths_are_of_any_integer_and_none_is_negative()
    {
        uint unsigned = 100;
        nuint native = 100;
        Assert.Equal(new MemoryRequest(native), new MemoryRequest(100));
        Assert.Equal(new MemoryRequest(native), new MemoryRequest(100L));
        Assert.Equal(new MemoryRequest(native), new MemoryRequest(unsigned));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryRequest(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => NonpagedPool.Default.Allocate(-1));
        Assert.Throws<ArgumentException>(() => NonpagedPool.Default.Allocate(0));
        Assert.Equal(
            "bytes", Assert.Throws<ArgumentOutOfRangeException>(() => NonpagedPool.Default.Reserve(-1)).ParamName);
    }
}

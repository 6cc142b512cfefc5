using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Nonpaged.Tests.Heap;

namespace Nonpaged.Tests.Memory;

/// <summary>A pool as MemoryPool: what the documents of MemoryPool, IMemoryOwner and MemoryManager promise.</summary>
public sealed class MemoryPoolTests
{
    public static TheoryData<string> Kinds => ["magazines", "verify", "guard", "zero", "at once", "machine"];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(4096)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(2 << 20)]
    [InlineData((2 << 20) + 1)]
    [InlineData(1 << 30)]
    public void Memory_has_at_least_the_size_that_was_asked_for_and_all_of_it_can_be_used(int size)
    {
        using var pool = NonpagedPool.Create();
        using (IMemoryOwner<byte> owner = pool.AsMemoryPool().Rent(size))
        {
            Assert.True(owner.Memory.Length >= size, $"{owner.Memory.Length} < {size}");
            owner.Memory.Span[0] = 1;
            owner.Memory.Span[^1] = 2;
            Assert.Equal(owner.Memory.Length, owner.Memory.Span.Length);
        }

        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_pool_gives_memory_and_takes_it_back(string kind)
    {
        using NonpagedPool pool = PoolOf(kind);
        MemoryPool<byte> memory = pool.AsMemoryPool();
        Assert.Same(memory, pool.AsMemoryPool());
        var owners = new List<IMemoryOwner<byte>>();
        foreach (int size in (int[])[-1, 0, 1, 100, 1514, 4096, 70_000])
        {
            IMemoryOwner<byte> owner = memory.Rent(size);
            Assert.True(owner.Memory.Length >= (size == -1 ? 4096 : size));
            owner.Memory.Span.Fill((byte)owners.Count);
            owners.Add(owner);
        }

        for (int i = 0; i < owners.Count; i++)
        {
            Assert.False(owners[i].Memory.Span.ContainsAnyExcept((byte)i));
            owners[i].Dispose();
            owners[i].Dispose();
        }

        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void A_size_that_no_memory_has_is_an_argument_that_is_out_of_range(int size)
    {
        MemoryPool<byte> memory = NonpagedPool.Default.AsMemoryPool();
        Assert.InRange(memory.MaxBufferSize, 1 << 30, int.MaxValue - 1);
        Assert.Equal("minBufferSize", Assert.Throws<ArgumentOutOfRangeException>(() => memory.Rent(size)).ParamName);
    }

    [Fact]
    public void A_failure_is_the_pools_and_nothing_is_lost()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ceiling = 4 << 20 });
        MemoryPool<byte> memory = pool.AsMemoryPool();
        var owners = new List<IMemoryOwner<byte>>();
        AllocationException failed = Assert.Throws<AllocationException>(RentAll);
        Assert.Equal(FailureKind.Ceiling, failed.Failure.Kind);
        foreach (IMemoryOwner<byte> owner in owners) owner.Dispose();
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());

        void RentAll()
        {
            while (true) owners.Add(memory.Rent(10_000));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nothing_is_reached_through_an_owner_that_was_disposed(string kind)
    {
        using NonpagedPool pool = PoolOf(kind);
        IMemoryOwner<byte> owner = pool.AsMemoryPool().Rent(200);
        Memory<byte> memory = owner.Memory;
        Memory<byte> slice = memory.Slice(10, 20);
        owner.Dispose();
        Assert.Throws<ObjectDisposedException>(() => owner.Memory);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => slice.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => slice.Pin());
        Assert.Throws<ObjectDisposedException>(() => slice.CopyTo(new byte[20]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nothing_is_reached_through_an_owner_whose_pool_was_disposed_and_its_disposal_does_nothing(string kind)
    {
        IMemoryOwner<byte> owner;
        Memory<byte> memory;
        using (NonpagedPool pool = PoolOf(kind))
        {
            owner = pool.AsMemoryPool().Rent(200);
            memory = owner.Memory;
        }

        using var other = NonpagedPool.Create();
        using IMemoryOwner<byte> others = other.AsMemoryPool().Rent(200);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => owner.Memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
        owner.Dispose();
        others.Memory.Span.Clear();
    }

    [Fact]
    public unsafe void A_second_disposal_frees_nothing_of_the_next_renter()
    {
        using var pool = NonpagedPool.Create();
        MemoryPool<byte> memory = pool.AsMemoryPool();
        for (int i = 0; i < 1000; i++)
        {
            IMemoryOwner<byte> first = memory.Rent(64);
            using MemoryHandle before = first.Memory.Pin();
            first.Dispose();
            IMemoryOwner<byte> next = memory.Rent(64);
            using MemoryHandle after = next.Memory.Pin();
            Assert.True(before.Pointer == after.Pointer, "The block was not handed out again, so that nothing is tested.");
            first.Dispose();
            using IMemoryOwner<byte> third = memory.Rent(64);
            using MemoryHandle other = third.Memory.Pin();
            Assert.True(other.Pointer != after.Pointer, "Two have one block.");
            next.Dispose();
        }
    }

    [Fact]
    public void Of_two_threads_that_dispose_of_one_owner_one_frees()
    {
        using var pool = NonpagedPool.Create();
        MemoryPool<byte> memory = pool.AsMemoryPool();
        using var turns = new Barrier(2);
        IMemoryOwner<byte> shared = memory.Rent(64);
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(number => new Thread(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                turns.SignalAndWait();
                shared.Dispose();
                // What the other's disposal would free, if it freed a second time.
                using (IMemoryOwner<byte> mine = memory.Rent(64))
                {
                    mine.Memory.Span[..8].Fill((byte)(number + 1));
                    Thread.SpinWait(i % 50);
                    Assert.False(mine.Memory.Span[..8].ContainsAnyExcept((byte)(number + 1)));
                }

                turns.SignalAndWait();
                if (number == 0) shared = memory.Rent(64);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        shared.Dispose();
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public unsafe void A_slice_is_pinned_where_it_lies_and_a_sequence_goes_over_several_owners()
    {
        using var pool = NonpagedPool.Create();
        using IMemoryOwner<byte> first = pool.AsMemoryPool().Rent(100);
        using IMemoryOwner<byte> second = pool.AsMemoryPool().Rent(50);
        using MemoryHandle whole = first.Memory.Pin();
        using MemoryHandle part = first.Memory.Slice(10, 20).Pin();
        Assert.True((byte*)part.Pointer == (byte*)whole.Pointer + 10);
        first.Memory.Span[..100].Fill(1);
        second.Memory.Span[..50].Fill(2);
        var start = new Segment(first.Memory[..100], 0);
        Segment end = start.Append(second.Memory[..50]);
        var sequence = new ReadOnlySequence<byte>(start, 0, end, 50);
        Assert.Equal(150, sequence.Length);
        Assert.Equal([.. Enumerable.Repeat((byte)1, 5), .. Enumerable.Repeat((byte)2, 5)], sequence.Slice(95, 10).ToArray());
    }

    [Fact]
    public void An_owner_takes_no_more_managed_bytes_than_one_of_the_shared_pool()
    {
        using var pool = NonpagedPool.Create();
        Assert.InRange(BytesOf(pool.AsMemoryPool()), 1, BytesOf(MemoryPool<byte>.Shared));

        static long BytesOf(MemoryPool<byte> memory)
        {
            memory.Rent(4096).Dispose();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++) memory.Rent(4096).Dispose();
            return (GC.GetAllocatedBytesForCurrentThread() - before) / 1000;
        }
    }

    [Fact]
    public async Task A_pipe_over_the_pool_carries_what_was_written()
    {
        const int bytes = 10_000_000;
        using var pool = NonpagedPool.Create();
        var pipe = new Pipe(new PipeOptions(pool.AsMemoryPool()));
        var writing = Task.Run(async () =>
        {
            for (int sent = 0, turn = 0; sent < bytes; turn++)
            {
                int length = int.Min(1 + turn * 37 % 9000, bytes - sent);
                Fill(pipe.Writer.GetSpan(length)[..length], sent);
                pipe.Writer.Advance(length);
                await pipe.Writer.FlushAsync(TestContext.Current.CancellationToken);
                sent += length;
            }

            await pipe.Writer.CompleteAsync();
        }, TestContext.Current.CancellationToken);
        int received = 0;
        while (true)
        {
            ReadResult read = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                Check(segment.Span, received);
                received += segment.Length;
            }

            pipe.Reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }

        await writing;
        await pipe.Reader.CompleteAsync();
        Assert.Equal(bytes, received);
        // Other threads have some in their magazines, until they end or trim.
        Assert.InRange(pool.HeldBytes, 0UL, 64UL << 20);
    }

    [Fact]
    public async Task A_socket_sends_from_and_receives_into_the_memory()
    {
        using var pool = NonpagedPool.Create();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using Socket server = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        using IMemoryOwner<byte> sent = pool.AsMemoryPool().Rent(8192);
        using MemoryBlock received = pool.Allocate(8192);
        Fill(sent.Memory.Span[..8192], 3);
        ValueTask<int> sending = client.Client.SendAsync(sent.Memory[..8192], TestContext.Current.CancellationToken);
        for (int done = 0; done < 8192;)
            done += await server.ReceiveAsync(received.Memory[done..], TestContext.Current.CancellationToken);
        Assert.Equal(8192, await sending);
        Check(received.AsSpan(), 3);
    }

    private static void Fill(Span<byte> bytes, int start)
    {
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)((start + i) * 31 >> 3);
    }

    private static void Check(ReadOnlySpan<byte> bytes, int start)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != (byte)((start + i) * 31 >> 3)) Assert.Fail($"Byte {start + i} is {bytes[i]}.");
        }
    }

    private static NonpagedPool PoolOf(string kind) => kind switch
    {
        "magazines" => NonpagedPool.Create(),
        "verify" => NonpagedPool.Create(new NonpagedPoolOptions { Verify = true }),
        "guard" => NonpagedPool.Create(new NonpagedPoolOptions { Verify = true, Guard = true }),
        "zero" => NonpagedPool.Create(new NonpagedPoolOptions { ZeroOnFree = true }),
        "at once" => NonpagedPool.Create(new NonpagedPoolOptions { IdleRelease = TimeSpan.Zero }),
        _ => OverMachine(),
    };

    private static NonpagedPool OverMachine()
    {
        using var ram = new MachineRam(8 << 20);
        return ram.Pool(MachineRam.Pc(8 << 20), verify: false);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start)
        {
            Memory = memory;
            RunningIndex = start;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}

using System.Net.Sockets;
using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged.Tests.Extents;

/// <summary>Blocks that go to another process over a socket.</summary>
[Collection("host memory")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ExportMessageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-socket-");
    private readonly Socket _one;
    private readonly Socket _other;

    public ExportMessageTests()
    {
        using Socket listener = Listen("pair");
        _one = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _one.Connect(listener.LocalEndPoint!);
        _other = listener.Accept();
    }

    [Fact]
    public void Two_processes_exchange_ten_million_messages_over_a_ring_that_was_sent_over_a_socket()
    {
        const long messages = 10_000_000;
        using Socket listener = Listen("ring");
        using var reader = new HostProcess([], "ring", Path.Combine(_folder.FullName, "ring"), $"{messages}");
        using Socket connected = listener.Accept();
        using var pool = NonpagedPool.Create();
        using MemoryBlock ring = pool.Allocate(new MemoryRequest(65536) { Shared = Sharing.ReadWrite });
        using (ExportedMemory export = ring.Export()) export.SendTo(connected);
        Span<ulong> words = ring.AsSpan<ulong>();
        Span<ulong> slots = words[16..];
        for (long i = 0; i < messages; i++)
        {
            while ((ulong)i - Volatile.Read(ref words[8]) == (ulong)slots.Length) Thread.SpinWait(1);
            slots[(int)(i % slots.Length)] = (ulong)i * 0x9e3779b97f4a7c15;
            Volatile.Write(ref words[0], (ulong)i + 1);
        }

        Assert.Equal($"{messages} messages", reader.ReadLine());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    [InlineData(3 << 20)]
    public void What_one_side_writes_the_other_reads(int length)
    {
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(length) { Shared = Sharing.ReadWrite });
        using ExportedMemory export = pool.Export(block);
        export.SendTo(_one);
        using var received = ExportedMemory.ReceiveFrom(_other);
        Assert.Equal(export.Ranges, received.Ranges);
        using OpenedMemory opened = received.Open();
        Assert.Equal((length, Sharing.ReadWrite), (opened.Length, opened.Sharing));
        block.AsSpan()[length - 1] = 5;
        Assert.Equal(5, opened.AsReadOnlySpan()[^1]);
        opened.Memory.Span[0] = 6;
        Assert.Equal(6, block.AsSpan()[0]);
        opened.At<uint>(length - 4) = 0x01020304;
        Assert.Equal(0x01020304u, block.At<uint>(length - 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => opened.At<uint>(length - 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => opened.At<uint>(-1));
        opened.Dispose();
        opened.Dispose();
        Assert.Throws<ObjectDisposedException>(() => opened.ReadOnlyMemory);
        Assert.Throws<ObjectDisposedException>(() => opened.AsSpan().Length);
    }

    [Fact]
    public void What_is_shared_for_reading_is_opened_for_reading()
    {
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(5000) { Shared = Sharing.ReadOnly });
        block.AsSpan().Fill(7);
        using (ExportedMemory export = pool.Export(block)) export.SendTo(_one);
        using var received = ExportedMemory.ReceiveFrom(_other);
        using OpenedMemory opened = received.Open();
        Assert.False(opened.AsReadOnlySpan().ContainsAnyExcept((byte)7));
        Assert.Equal(5000, opened.ReadOnlyMemory.Length);
        Assert.Throws<InvalidOperationException>(() => opened.Memory);
        Assert.Throws<InvalidOperationException>(() => opened.AsSpan().Length);
    }

    [Fact]
    public void A_block_of_a_pool_made_for_sharing_is_opened_in_the_order_of_its_addresses()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Sharing = Sharing.ReadWrite });
        using MemoryBlock first = pool.Allocate(new MemoryRequest(5000) { WholePages = true });
        using MemoryBlock block = pool.Allocate(new MemoryRequest(32 << 20));
        Span<int> words = block.AsSpan<int>();
        for (int i = 0; i < words.Length; i += 1024) words[i] = i;
        using ExportedMemory export = pool.Export(block);
        using OpenedMemory opened = export.Open();
        ReadOnlySpan<int> seen = MemoryMarshal.Cast<byte, int>(opened.AsReadOnlySpan());
        for (int i = 0; i < seen.Length; i += 1024) Assert.Equal(i, seen[i]);
    }

    [Fact]
    public async Task A_socket_that_was_used_asynchronously_does_as_well_and_the_messages_of_several_blocks_follow_each_other()
    {
        using var pool = NonpagedPool.Create();
        ValueTask<int> receiving = _other.ReceiveAsync(new byte[1].AsMemory(), TestContext.Current.CancellationToken);
        await _one.SendAsync(new byte[1].AsMemory(), TestContext.Current.CancellationToken);
        Assert.Equal(1, await receiving);
        Task<List<int>> all = Task.Run(
            () =>
            {
                var lengths = new List<int>();
                for (int i = 0; i < 20; i++)
                {
                    using var received = ExportedMemory.ReceiveFrom(_other);
                    using OpenedMemory opened = received.Open();
                    lengths.Add(opened.Length);
                }

                return lengths;
            },
            TestContext.Current.CancellationToken);
        IReadOnlyList<MemoryBlock> group = pool.AllocateGroup(new MemoryRequest(5000) { Shared = Sharing.ReadWrite }, 20);
        foreach (MemoryBlock block in group)
        {
            using ExportedMemory export = pool.Export(block);
            export.SendTo(_one);
        }

        Assert.Equal(Enumerable.Repeat(5000, 20), await all);
    }

    [Fact]
    public async Task Waiting_for_a_block_blocks_no_thread_and_can_be_ended()
    {
        using var pool = NonpagedPool.Create();
        using (var given = new CancellationTokenSource(50))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => ExportedMemory.ReceiveFromAsync(_other, given.Token));
        }

        Task<ExportedMemory> receiving = ExportedMemory.ReceiveFromAsync(_other, TestContext.Current.CancellationToken);
        Assert.False(receiving.IsCompleted);
        using MemoryBlock block = pool.Allocate(new MemoryRequest(100) { Shared = Sharing.ReadWrite });
        block.AsSpan<int>()[3] = 42;
        using (ExportedMemory export = pool.Export(block)) export.SendTo(_one);
        using ExportedMemory received = await receiving;
        using OpenedMemory opened = received.Open();
        Assert.Equal((25, 42), (opened.AsSpan<int>().Length, opened.AsReadOnlySpan<int>()[3]));
    }

    [Fact]
    public void An_error_of_the_socket_has_the_name_that_NET_gives_it()
    {
        using var alone = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        SocketError expected = Assert.Throws<SocketException>(() => alone.Receive(new byte[1])).SocketErrorCode;
        Assert.Equal(
            expected, Assert.Throws<SocketException>(() => ExportedMemory.ReceiveFrom(alone)).SocketErrorCode);
        _other.Dispose();
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(100) { Shared = Sharing.ReadWrite });
        using ExportedMemory export = pool.Export(block);
        expected = Assert.Throws<SocketException>(() => _one.Send(new byte[1])).SocketErrorCode;
        Assert.Equal(expected, Assert.Throws<SocketException>(() => export.SendTo(_one)).SocketErrorCode);
    }

    [Fact]
    public void What_is_no_block_is_told_and_no_descriptor_is_left()
    {
        int before = Directory.GetFiles("/proc/self/fd").Length;
        _one.Send(new byte[24]);
        Assert.Throws<InvalidDataException>(() => ExportedMemory.ReceiveFrom(_other));
        _other.ReceiveTimeout = 50;
        Assert.Throws<SocketException>(() => ExportedMemory.ReceiveFrom(_other));
        _one.Dispose();
        Assert.Throws<EndOfStreamException>(() => ExportedMemory.ReceiveFrom(_other));
        using var datagrams = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        Assert.Throws<ArgumentException>(() => ExportedMemory.ReceiveFrom(datagrams));
        Assert.Equal(before, Directory.GetFiles("/proc/self/fd").Length);
    }

    [Fact]
    public void Of_several_descriptors_in_one_message_none_stays_open()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "needs python3, which sends two descriptors at once");
        using Socket listener = Listen("several");
        string script = "import socket; s=socket.socket(socket.AF_UNIX); "
            + $"s.connect('{Path.Combine(_folder.FullName, "several")}'); "
            + "socket.send_fds(s,[bytes(24)],[0,1,2][:COUNT]); s.recv(1)";
        for (int count = 1; count <= 3; count++)
        {
            using var sender = System.Diagnostics.Process.Start(
                "/usr/bin/python3", ["-c", script.Replace("COUNT", $"{count}", StringComparison.Ordinal)]);
            using Socket connected = listener.Accept();
            int before = Directory.GetFiles("/proc/self/fd").Length;
            Assert.Throws<InvalidDataException>(() => ExportedMemory.ReceiveFrom(connected));
            Assert.Equal(before, Directory.GetFiles("/proc/self/fd").Length);
            connected.Dispose();
            sender.WaitForExit();
        }
    }

    [Fact]
    public void A_file_that_may_be_made_shorter_and_ranges_outside_of_it_are_not_opened()
    {
        LibC.MemFdCreate("other", LibC.MFD_CLOEXEC, out Microsoft.Win32.SafeHandles.SafeFileHandle file);
        LibC.FTruncate(file, 8192);
        using (var unsealed = new ExportedMemory(file, [new FileRange(0, 4096)], Sharing.ReadWrite))
            Assert.Throws<InvalidDataException>(unsealed.Open);
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(8192) { Shared = Sharing.ReadWrite });
        foreach (FileRange[] ranges in (FileRange[][])[
            [new(0, 1 << 20)], [new(4096, 8192)], [new(ulong.MaxValue - 4095, 8192)], [new(8192, ulong.MaxValue - 4095)],
            [new(100, 100)], [new(0, 0)], [new(0, 4096), new(4096, 4096)]])
        {
            using ExportedMemory export = pool.Export(block);
            var wrong = new ExportedMemory(export.Descriptor, ranges, Sharing.ReadWrite);
            Assert.Throws<InvalidDataException>(wrong.Open);
        }
    }

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
        _folder.Delete(recursive: true);
    }

    private Socket Listen(string name)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder.FullName, name)));
        listener.Listen(1);
        return listener;
    }
}

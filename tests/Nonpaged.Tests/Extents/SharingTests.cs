using System.Diagnostics;
using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged.Tests.Extents;

[Collection("host memory")]
public sealed unsafe class SharingTests
{
    private const string Bytes = "0123456789abcdef";

    [Fact]
    public void Another_process_reads_and_writes_a_block_that_was_asked_for_so()
    {
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(10_000) { Shared = Sharing.ReadWrite, Pin = PinDemand.Any });
        "from the owner"u8.CopyTo(block.AsSpan());
        using ExportedMemory export = pool.Export(block);
        FileRange range = Assert.Single(export.Ranges);
        string file = $"/proc/{Environment.ProcessId}/fd/{export.Descriptor.DangerousGetHandle()}";
        string script = $"import mmap\nf=open('{file}','r+b')\nm=mmap.mmap(f.fileno(),0)\n"
            + $"print(m[{range.Offset}:{range.Offset}+14].decode())\nm[{range.Offset}+9000:{range.Offset}+9016]=b'{Bytes}'";
        Assert.Equal("from the owner", Python(script));
        Assert.Equal(Bytes, System.Text.Encoding.ASCII.GetString(block.AsSpan().Slice(9000, 16)));
        Host.AssertFramesAreThoseOfTheKernel(pool, block);
    }

    [Fact]
    public void A_block_shared_for_reading_cannot_be_mapped_for_writing()
    {
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(4096) { Shared = Sharing.ReadOnly });
        block.AsSpan().Fill(7);
        using ExportedMemory export = pool.Export(block);
        nuint length = 4096;
        int descriptor = (int)export.Descriptor.DangerousGetHandle();
        Assert.Equal(
            Errno.EPERM, LibC.MMap(null, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, descriptor, 0).Errno);
        Assert.Equal(
            Errno.EPERM,
            LibC.FAllocate(export.Descriptor, LibC.FALLOC_FL_PUNCH_HOLE | LibC.FALLOC_FL_KEEP_SIZE, 0, (long)length).Errno);
        Assert.Equal(Errno.EPERM, LibC.FTruncate(export.Descriptor, 0).Errno);
        SysResult mapped = LibC.MMap(null, length, LibC.PROT_READ, LibC.MAP_SHARED, descriptor, 0);
        Assert.False(mapped.IsError);
        Assert.Equal(7, ((byte*)mapped.Value)[export.Ranges[0].Offset]);
        LibC.MUnmap((void*)mapped.Value, length);
    }

    [Fact]
    public void Shared_blocks_of_4_KiB_take_4_KiB_each()
    {
        using var pool = NonpagedPool.Create();
        int before = Directory.GetFiles("/proc/self/fd").Length;
        MemoryBlock[] blocks = [.. Enumerable.Range(0, 64)
            .Select(_ => pool.Allocate(new MemoryRequest(4096) { Shared = Sharing.ReadWrite, Pin = PinDemand.Any }))];
        Assert.Equal(64UL * 4096, pool.HeldBytes);
        // A memory file each; one ring, and where that is short of slots pipes.
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length - before, 64, 70);
        foreach (MemoryBlock block in blocks)
        {
            using ExportedMemory export = pool.Export(block);
            Assert.Equal(new FileRange(0, 4096), Assert.Single(export.Ranges));
            Assert.Equal(4096, RandomAccess.GetLength(export.Descriptor));
            block.Dispose();
        }

        Assert.Equal(0UL, pool.HeldBytes);
    }

    [Fact]
    public void A_group_of_shared_blocks_is_in_one_memory_file_and_in_no_other()
    {
        using var pool = NonpagedPool.Create();
        IReadOnlyList<MemoryBlock> group = pool.AllocateGroup(new MemoryRequest(5000) { Shared = Sharing.ReadWrite }, 64);
        Assert.Equal(64UL * 8192, pool.HeldBytes);
        var offsets = new HashSet<ulong>();
        foreach (MemoryBlock block in group)
        {
            block.AsSpan().Fill(1);
            using ExportedMemory export = pool.Export(block);
            Assert.Equal(64 * 8192, RandomAccess.GetLength(export.Descriptor));
            Assert.True(offsets.Add(Assert.Single(export.Ranges).Offset));
        }

        foreach (MemoryBlock block in group.Skip(1)) block.Dispose();
        Assert.Equal(64UL * 8192, pool.HeldBytes);
        group[0].Dispose();
        Assert.Equal(0UL, pool.HeldBytes);
        Assert.Throws<ArgumentException>(() => pool.AllocateGroup(new MemoryRequest(4096), 2));
        using var small = NonpagedPool.Create(new NonpagedPoolOptions { Ceiling = 64 << 10 });
        Assert.Equal(FailureKind.Ceiling, Assert.Throws<AllocationException>(
            () => small.AllocateGroup(new MemoryRequest(4096) { Shared = Sharing.ReadOnly }, 64)).Failure.Kind);
    }

    [Theory]
    [InlineData(5000, 64)]
    [InlineData(4096, 1)]
    [InlineData(100, 3)]
    [InlineData(3 << 20, 3)]
    public void A_group_goes_to_another_process_as_a_whole(int length, int count)
    {
        using var pool = NonpagedPool.Create();
        IReadOnlyList<MemoryBlock> group = pool.AllocateGroup(
            new MemoryRequest(length) { Shared = Sharing.ReadWrite, Contiguous = false }, count);
        for (int i = 0; i < count; i++) group[i].AsSpan().Fill((byte)(i + 1));
        using ExportedMemory export = pool.Export(group);
        using OpenedMemory opened = export.Open();
        int stride = (length + 4095) / 4096 * 4096;
        Assert.Equal((count - 1) * stride + length, opened.Length);
        for (int i = 0; i < count; i++)
            Assert.False(opened.AsSpan().Slice(i * stride, length).ContainsAnyExcept((byte)(i + 1)));
        opened.AsSpan()[(count - 1) * stride] = 99;
        Assert.Equal(99, group[^1].AsSpan()[0]);
        if (count == 1) return;
        Assert.Throws<ArgumentException>(() => pool.Export([group[1], group[0]]));
        Assert.Throws<ArgumentException>(() => pool.Export([group[0], group[0]]));
        Assert.Throws<ArgumentException>(() => pool.Export([]));
        using MemoryBlock other = pool.Allocate(new MemoryRequest(4096) { Shared = Sharing.ReadWrite });
        Assert.Throws<ArgumentException>(() => pool.Export([group[0], other]));
        group[0].Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Export(group));
    }

    [Fact]
    public void A_block_of_another_pool_is_a_wrong_argument()
    {
        using var pool = NonpagedPool.Create();
        using var other = NonpagedPool.Create(new NonpagedPoolOptions { Name = "other" });
        using MemoryBlock block = other.Allocate(new MemoryRequest(4096) { Shared = Sharing.ReadWrite });
        Assert.Contains(
            "\"other\"", Assert.Throws<ArgumentException>(() => pool.Export(block)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shared_block_has_its_memory_file_to_itself_and_takes_it_along()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { IdleRelease = Timeout.InfiniteTimeSpan });
        MemoryBlock shared = pool.Allocate(new MemoryRequest(4096) { Shared = Sharing.ReadWrite });
        MemoryBlock other = pool.Allocate(new MemoryRequest(4096) { WholePages = true });
        void* small = pool.Alloc(64);
        Assert.NotEqual((nuint)shared.Address >> 21, (nuint)other.Address >> 21);
        Assert.NotEqual((nuint)shared.Address >> 21, (nuint)small >> 21);
        ulong held = pool.HeldBytes;
        shared.Dispose();
        Assert.Equal(held - 4096, pool.HeldBytes);
        AllocationFailure failure = Assert.Throws<AllocationException>(() => pool.Export(other)).Failure;
        Assert.Contains("MemoryRequest.Shared", failure.Remedy, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => pool.Export(shared));
    }

    [Fact]
    public void A_pool_made_for_sharing_exports_every_block_of_pages_also_in_another_order_than_the_file_s()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Sharing = Sharing.ReadWrite });
        using MemoryBlock block = pool.Allocate(new MemoryRequest(32 << 20));
        for (int page = 0; page < 8192; page++) *(int*)((byte*)block.Address + page * 4096) = page;
        using ExportedMemory export = pool.Export(block);
        Assert.Equal(32 << 20, export.Ranges.Sum(range => (long)range.Length));
        int expected = 0;
        foreach (FileRange range in export.Ranges)
        {
            SysResult mapped = LibC.MMap(
                null, (nuint)range.Length, LibC.PROT_READ, LibC.MAP_SHARED, (int)export.Descriptor.DangerousGetHandle(),
                (long)range.Offset);
            Assert.False(mapped.IsError);
            for (ulong offset = 0; offset < range.Length; offset += 4096)
                Assert.Equal(expected++, *(int*)((byte*)mapped.Value + offset));
            LibC.MUnmap((void*)mapped.Value, (nuint)range.Length);
        }
    }

    [Fact]
    public void Memory_of_the_caller_is_pinned_and_translated()
    {
        using var pool = NonpagedPool.Create();
        const nuint length = 5 << 20;
        byte* memory = (byte*)NativeMemory.Alloc(length);
        new Span<byte>(memory, (int)length).Fill(1);
        using (ImportedMemory imported = pool.Import(memory + 100, length - 200))
        {
            Assert.Equal((long)(length - 200), imported.PhysicalRanges.Sum(range => (long)range.Length));
            if (imported.IsTranslated)
            {
                for (int i = 0; i < 2 && Environment.IsPrivilegedProcess; i++)
                    File.WriteAllText("/proc/sys/vm/compact_memory", "1");
                ulong[] frames = Host.Frames(memory + 100, length - 200);
                for (int i = 0; i < (int)length - 300; i += 1234)
                {
                    Assert.Equal(frames[((nuint)(memory + 100 + i) >> 12) - ((nuint)(memory + 100) >> 12)]
                        | ((nuint)(memory + 100 + i) & 4095), Translate(imported, memory + 100 + i));
                }
            }

            Assert.False(imported.TryTranslate(memory + 99, out _));
            Assert.False(imported.TryTranslate(memory + length - 100, out _));
        }

        NativeMemory.Free(memory);
        Assert.Equal(0UL, pool.HeldBytes);
    }

    [Fact]
    public void Memory_that_the_kernel_does_not_pin_is_refused_with_the_reason()
    {
        using var pool = NonpagedPool.Create();
        SysResult nothing = LibC.MMap(null, 8192, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        Assert.False(nothing.IsError);
        Assert.False(pool.TryImport((void*)nothing.Value, 8192, out _, out AllocationFailure? failure));
        Assert.Contains("EFAULT", failure.Reason, StringComparison.Ordinal);
        Assert.Contains("readable and writable", failure.Limit, StringComparison.Ordinal);
        LibC.MUnmap((void*)nothing.Value, 8192);
        Assert.False(pool.TryImport((void*)nothing.Value, 8192, out _, out _));
        Assert.False(pool.TryImport((void*)4096, 0, out _, out _));
        Assert.False(pool.TryImport((void*)4096, nuint.MaxValue, out _, out _));
        Assert.Throws<AllocationException>(() => pool.Import(null, 4096));
    }

    [Fact]
    public void A_machine_s_pool_imports_too()
    {
        using MachineRam ram = new(1 << 20);
        byte* memory = stackalloc byte[100];
        using (NonpagedPool pool = ram.Pool(MachineRam.Pc(1 << 20)))
        using (ImportedMemory imported = pool.Import(memory, 100))
        {
            Assert.Equal(100UL, imported.PhysicalRanges.Aggregate(0UL, (sum, range) => sum + range.Length));
            using MemoryBlock block = pool.Allocate(new MemoryRequest(4096) { Shared = Sharing.ReadWrite });
            Assert.Contains(
                "a machine passed in this memory",
                Assert.Throws<AllocationException>(() => pool.Export(block)).Failure.Limit,
                StringComparison.Ordinal);
        }

        Host.AssertSoon(() => Host.CountDescriptors() == 0, "The ring is still open.");
    }

    private static ulong Translate(ImportedMemory imported, void* address)
    {
        Assert.True(imported.TryTranslate(address, out PhysicalAddress physical));
        return physical.Value;
    }

    private static string Python(string script)
    {
        if (!File.Exists("/usr/bin/python3")) Assert.Skip("The other process is python3, which is not installed.");
        using Process process = Process.Start(new ProcessStartInfo(
            "/usr/bin/python3", ["-c", script])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return output.Trim();
    }
}

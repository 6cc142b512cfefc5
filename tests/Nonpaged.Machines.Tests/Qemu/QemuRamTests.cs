using CsCheck;
using Nonpaged.Interop;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

public sealed class QemuRamTests
{
    private const ulong MiB = 1 << 20;
    private const ulong GiB = 1 << 30;

    // 0xb0000000 is where q35 begins to split; one step less is the largest that it does not.
    public static TheoryData<ulong> Sizes =>
        [16 << 10, 640 << 10, 1 * MiB, (1 * MiB) + (8 << 10), 64 * MiB, 0xb000_0000 - (8 << 10), 0xb000_0000, 6 * GiB];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_layout_is_where_the_devices_find_the_file_at_the_edges_of_each_piece(ulong size)
    {
        using QemuMachine machine = Testbed.Start(ramBytes: size);
        using var ram = new RamMapping(machine);
        byte mark = 1;
        foreach (MemoryPiece piece in machine.RamLayout)
        {
            foreach (ulong address in (ulong[])[piece.Start.Value, piece.Start.Value + piece.Length - 8])
            {
                byte[] pattern = [mark++, 2, 3, 4, 5, 6, 7, 8];
                pattern.CopyTo(ram.At(address, pattern.Length));
                Assert.Equal(pattern, machine.Client.ReadMemory(address, 8));

                Array.Reverse(pattern);
                machine.Client.WriteMemory(address, pattern);
                Assert.Equal(pattern, ram.At(address, pattern.Length).ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void What_the_layout_leaves_out_of_the_file_is_page_0_and_the_legacy_hole(ulong size)
    {
        ulong next = 0;
        var leftOut = new List<(ulong, ulong)>();
        foreach (MemoryPiece piece in QemuRam.Layout(size).OrderBy(static piece => piece.Offset))
        {
            Assert.True(piece.Offset >= next, "The pieces overlap.");
            if (piece.Offset > next) leftOut.Add((next, piece.Offset));
            next = piece.Offset + piece.Length;
        }

        if (next < size) leftOut.Add((next, size));
        (ulong, ulong) hole = (0xa_0000UL, Math.Min(size, 0x10_0000UL));
        Assert.Equal(size > 0xa_0000 ? [(0UL, 4096UL), hole] : [(0UL, 4096UL)], leftOut);
    }

    [Fact]
    public void Behind_the_last_byte_there_is_no_RAM()
    {
        using QemuMachine machine = Testbed.Start(ramBytes: 64 * MiB);
        machine.Client.WriteMemory(64 * MiB, [1, 2, 3, 4]);
        Assert.NotEqual([1, 2, 3, 4], machine.Client.ReadMemory(64 * MiB, 4));
    }

    [Fact]
    public void The_legacy_hole_is_not_the_file()
    {
        using QemuMachine machine = Testbed.Start();
        machine.Client.WriteMemory(0xf_0000, [1, 2, 3, 4]);
        byte[] bytes = new byte[4];
        RandomAccess.Read(machine.RamDescriptor, bytes, 0xf_0000);
        Assert.Equal(new byte[4], bytes);
    }

    [Fact]
    public void Neither_the_CPU_nor_a_device_touches_RAM_by_itself()
    {
        using QemuMachine machine = Testbed.Start(ramBytes: 6 * GiB);
        machine.Registers().ReadUInt32(8);
        Thread.Sleep(300);

        // memfd(2): pages take room when they are first touched. Field 'Blocks' of stat(1) counts them.
        string path = $"/proc/{Environment.ProcessId}/fd/{(int)machine.RamDescriptor.DangerousGetHandle()}";
        Assert.Equal("0", Shell.Run($"stat -L -c %b {path}").Trim());
    }

    [Fact]
    public void The_size_of_the_file_is_sealed()
    {
        using QemuMachine machine = Testbed.Start();
        Assert.Equal(Errno.EPERM, LibC.FTruncate(machine.RamDescriptor, 4096).Errno);
        Assert.Equal(Errno.EPERM, LibC.FTruncate(machine.RamDescriptor, 128L << 20).Errno);
        Assert.Equal(Errno.EPERM, LibC.AddSeals(machine.RamDescriptor, LibC.F_SEAL_FUTURE_WRITE).Errno);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(4096UL)]
    [InlineData(12288UL)]
    [InlineData((64UL << 20) + 1)]
    [InlineData((512UL << 30) + 8192)]
    [InlineData(ulong.MaxValue)]
    public void A_size_that_QEMU_does_not_take_is_refused_with_the_limits(ulong size)
    {
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() =>
            QemuMachine.Start(new QemuOptions { RamBytes = size }));
        Assert.Contains("multiple of 8192 bytes, from 8192 to", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8UL << 10)]
    [InlineData(512UL << 30)]
    public void The_smallest_and_the_largest_size_start(ulong size)
    {
        using QemuMachine machine = Testbed.Start(ramBytes: size);
        Assert.False(machine.Gone.IsCompleted);
    }

    [Fact]
    public void Every_layout_covers_its_file_in_order_by_whole_pages() =>
        Gen.ULong[1, QemuRam.Limit / QemuRam.Granularity].Sample(static units =>
        {
            ulong size = units * QemuRam.Granularity;
            IReadOnlyList<MemoryPiece> layout = QemuRam.Layout(size);
            MemoryPiece last = layout[^1];
            return layout.All(static piece => piece.Length > 0 && (piece.Offset | piece.Length | piece.Start.Value) % 4096 == 0)
                && layout.Zip(layout.Skip(1)).All(static pair =>
                    pair.First.Offset + pair.First.Length <= pair.Second.Offset
                    && pair.First.Start + pair.First.Length <= pair.Second.Start)
                && last.Offset + last.Length == (size is > 0xa_0000 and <= 0x10_0000 ? 0xa_0000 : size);
        });
}

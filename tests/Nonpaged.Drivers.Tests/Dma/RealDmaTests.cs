using Nonpaged.Machines.Qemu;
using Nonpaged.Ndis;

namespace Nonpaged.Drivers.Tests.Dma;

/// <summary>What contiguity, limits and coherence mean to a device that writes to memory by itself.</summary>
public sealed unsafe class RealDmaTests
{
    private const uint Ring32K = 32768 + 16, Ring8K = 8192 + 16, Both = NDIS_MEMORY_CONTIGUOUS | NDIS_MEMORY_NONCACHED;
    private const int Frames = 100, FrameLength = 1000;

    private static readonly NDIS_PHYSICAL_ADDRESS s_below4GiB = NDIS_PHYSICAL_ADDRESS.Const(uint.MaxValue, 0);

    [Fact]
    public void A_receive_ring_whose_pages_are_permuted_corrupts()
    {
        using QemuMachine machine = Qemu.Start("rtl8139");
        using var pool = NonpagedPool.Over(machine.RamDescriptor, [.. Permuted(0x200, 256)]);
        using var ndis = new NdisInstance(pool);
        As(ndis, () =>
        {
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* ring, Ring32K, NDIS_MEMORY_NONCACHED, s_below4GiB));
            Assert.True(pool.GetPhysicalRanges(ring, Ring32K).Count > 5);
            int good = Exchange(machine, ring, MmGetPhysicalAddress(ring), 2);
            Assert.InRange(good, 0, Frames / 2);
        });
    }

    [Fact]
    public void The_same_ring_from_a_CONTIGUOUS_allocation_does_not()
    {
        using QemuMachine machine = Qemu.Start("rtl8139");
        // The pool has the same scattered pages, and beside them some in order.
        using var pool = NonpagedPool.Over(
            machine.RamDescriptor, [.. Permuted(0x200, 256), new MemoryPiece(0x400000, 0x100000, new PhysicalAddress(0x400000))]);
        using var ndis = new NdisInstance(pool);
        As(ndis, () =>
        {
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* ring, Ring32K, Both, s_below4GiB));
            Assert.Single(pool.GetPhysicalRanges(ring, Ring32K));
            Assert.Equal(Frames, Exchange(machine, ring, MmGetPhysicalAddress(ring), 2));
        });
    }

    [Theory]
    [InlineData(0x000fffff)]
    [InlineData(0x00ffffff)]
    [InlineData(0xffffffff)]
    public void With_6_GiB_a_block_with_a_limit_lies_below_it_and_the_card_reaches_it(long limit)
    {
        using QemuMachine machine = Qemu.Start("rtl8139", 6UL << 30);
        using var ndis = new NdisInstance(machine);
        As(ndis, () =>
        {
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* ring, Ring8K, Both, new NDIS_PHYSICAL_ADDRESS(limit)));
            PhysicalRange range = Assert.Single(ndis.Pool.GetPhysicalRanges(ring, Ring8K));
            Assert.InRange(range.Last!.Value.Value, 1UL, (ulong)limit);
            Assert.Equal(Frames, Exchange(machine, ring, MmGetPhysicalAddress(ring), 0));
        });
    }

    [Fact]
    public void With_6_GiB_a_block_without_a_limit_lies_above_4_GiB_and_a_32_bit_card_receives_nothing_there()
    {
        using QemuMachine machine = Qemu.Start("rtl8139", 6UL << 30);
        using var ndis = new NdisInstance(machine);
        As(ndis, () =>
        {
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* ring, Ring8K, Both, NDIS_PHYSICAL_ADDRESS.None));
            NDIS_PHYSICAL_ADDRESS physical = MmGetPhysicalAddress(ring);
            Assert.True((ulong)physical.QuadPart > uint.MaxValue);
            Assert.Equal(0, Exchange(machine, ring, physical, 0));
            Assert.Equal(-1, new Span<byte>(ring, (int)Ring8K).IndexOfAnyExcept((byte)0));
        });
    }

    [Fact]
    public void What_the_card_writes_is_seen_without_a_flush_and_what_the_program_writes_reaches_it()
    {
        using QemuMachine machine = Qemu.Start("rtl8139");
        using var ndis = new NdisInstance(machine);
        As(ndis, () =>
        {
            NdisAllocateMemory(out void* ring, Ring32K, Both, s_below4GiB);
            Assert.True(ndis.Outstanding[0].Obtained!.Coherent);
            // The same lines of the ring are read, written by the card and read again, more than ten times around.
            Assert.Equal(4000, Exchange(machine, ring, MmGetPhysicalAddress(ring), 2, count: 4000, length: 100));
        });
    }

    private static int Exchange(
        QemuMachine machine, void* ring, NDIS_PHYSICAL_ADDRESS physical, int size, int count = Frames, int length = FrameLength)
    {
        Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* frame, 4096, Both, s_below4GiB));
        using var card = new LoopbackCard(
            machine, ring, physical.ToPhysicalAddress(), size, frame, MmGetPhysicalAddress(frame).ToPhysicalAddress());
        return card.Exchange(count, length);
    }

    private static void As(NdisInstance ndis, Action action)
    {
        ndis.Run(new Driver("test", DriverKind.Program), action);
        Assert.Empty(ndis.Reports);
    }

    private static IEnumerable<MemoryPiece> Permuted(int firstPage, int pages)
    {
        int[] order = [.. Enumerable.Range(firstPage, pages)];
        new Random(8139).Shuffle(order);
        return order.Select(page => new MemoryPiece((ulong)page << 12, 4096, new PhysicalAddress((ulong)page << 12)));
    }
}

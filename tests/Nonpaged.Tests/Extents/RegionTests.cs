namespace Nonpaged.Tests.Extents;

/// <summary>
/// Regions that a pool is given. A memory file plays the memory, which no process here may map uncached: what the kernel
/// makes of it is proved in a guest.
/// </summary>
[Collection("host memory")]
public sealed unsafe class RegionTests : IDisposable
{
    private const ulong Start = 0x2000_0000;
    private const ulong Length = 1 << 20;

    private readonly MachineRam _memory = new(Start + Length);

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void Only_requests_that_need_it_are_served_from_a_region_and_they_from_nothing_else()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Regions = [Region(Caching.Uncached)] });
        using MemoryBlock uncached = pool.Allocate(new MemoryRequest(20_000) { Caching = Caching.Uncached, Contiguous = true });
        Assert.Equal(
            (Caching.Uncached, true, true, true),
            (uncached.Obtained.Caching, uncached.Obtained.Coherent, uncached.Obtained.Pinned, uncached.Obtained.Contiguous));
        Assert.InRange(pool.Translate(uncached.Address).Value, Start, Start + Length - 20_000);
        Assert.Equal(new RegionUse(Length, Length - (5 * 4096)), pool.GetRegionUse(Caching.Uncached));

        using MemoryBlock coherent = pool.Allocate(new MemoryRequest(20_000) { Caching = Caching.Coherent });
        Assert.Equal(Caching.Coherent, coherent.Obtained.Caching);
        Assert.NotEqual("reserved region", coherent.Obtained.Rung);
        Assert.False(
            pool.TryAllocate(new MemoryRequest(4096) { Caching = Caching.WriteCombined }, out _, out AllocationFailure? failure));
        Assert.StartsWith("Cannot allocate write-combined memory", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_region_that_is_used_up_tells_how_much_there_is_and_comes_back_filled_with_zeros()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Regions = [Region(Caching.Uncached)] });
        var request = new MemoryRequest((nuint)Length) { Caching = Caching.Uncached, Contiguous = true };
        using (MemoryBlock all = pool.Allocate(request))
        {
            all.AsSpan().Fill(0xcc);
            Assert.False(pool.TryAllocate(request with { Length = 1 }, out _, out AllocationFailure? failure));
            Assert.Contains($"of {Length} bytes of such memory 0 are free", failure.Limit, StringComparison.Ordinal);
        }

        using MemoryBlock again = pool.Allocate(request);
        Assert.Equal(-1, again.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_cached_region_serves_a_limit_that_the_kernel_s_memory_does_not_meet_and_nothing_less()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Regions = [Region(Caching.Coherent)] });
        using MemoryBlock low =
            pool.Allocate(new MemoryRequest(8192) { HighestAcceptableAddress = new PhysicalAddress(Start + Length - 1) });
        Assert.Equal(("reserved region", Caching.Coherent), (low.Obtained.Rung, low.Obtained.Caching));
        using MemoryBlock any = pool.Allocate(new MemoryRequest(8192));
        Assert.NotEqual("reserved region", any.Obtained.Rung);
        Assert.False(pool.TryAllocate(
            new MemoryRequest(4096) { Caching = Caching.Uncached, HighestAcceptableAddress = new PhysicalAddress(Start - 1) },
            out _,
            out _));
    }

    [Fact]
    public void A_region_belongs_to_one_pool_at_a_time()
    {
        var options = new NonpagedPoolOptions { Regions = [Region(Caching.Uncached)] };
        using (NonpagedPool.Create(options))
        {
            AllocationException refused = Assert.Throws<AllocationException>(() => NonpagedPool.Create(options));
            Assert.Contains("Another program has the region", refused.Failure.Reason, StringComparison.Ordinal);
        }

        NonpagedPool.Create(options).Dispose();
    }

    [Fact]
    public void Regions_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentException>(() => MemoryRegion.Reserved(new PhysicalAddress(100), 4096));
        Assert.Throws<ArgumentException>(() => MemoryRegion.Reserved(new PhysicalAddress(4096), 0));
        Assert.Throws<ArgumentException>(() => MemoryRegion.Reserved(new PhysicalAddress(4096), 4096, Caching.WriteCombined));
        Assert.Throws<ArgumentException>(() => MemoryRegion.OfDevice("../../../etc", 0));
        Assert.Throws<ArgumentException>(() => MemoryRegion.OfDevice("0000:ff:1f.7", 2));
        Assert.Throws<ArgumentException>(() => NonpagedPool.Over(
            _memory.Descriptor, MachineRam.Pc(8 << 20), new NonpagedPoolOptions { Regions = [Region(Caching.Uncached)] }));
    }

    [Theory]
    [InlineData("PAT: [mem 0x0000000020000000-0x0000000024000000] uncached-minus", "uncached-minus")]
    [InlineData("PAT: [mem 0x0000000020000000-0x0000000024000000] write-combining", "write-combining")]
    [InlineData("write-back @ 0x20000000-0x24000000", "write-back")]
    public void The_kernel_s_list_of_memory_types_is_read(string line, string kind) =>
        Assert.Equal((0x2000_0000UL, 0x2400_0000UL, kind), PatMemoryTypes.Parse(line));

    private MemoryRegion Region(Caching caching) =>
        new($"/proc/self/fd/{(int)_memory.Descriptor.DangerousGetHandle()}", Start, new PhysicalAddress(Start), Length, caching);
}

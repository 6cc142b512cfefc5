using System.Runtime.InteropServices;
using Nonpaged.Interop;
using Nonpaged.Tests;

namespace Nonpaged.Ndis.Tests.Memory;

/// <summary>NdisAllocateMemory, clause by clause (docs/contract.md).</summary>
public sealed unsafe class NdisAllocateMemoryTests
{
    private static readonly NDIS_PHYSICAL_ADDRESS s_noLimit = new(-1);

    [Fact]
    public void The_process_s_own_pool_lives_as_long_as_the_process()
    {
        using (NonpagedPool pool = NonpagedPool.Default) pool.Allocate(100).Dispose();
        Assert.False(NonpagedPool.Default.IsDisposed);
        NonpagedPool.Default.Allocate(100).Dispose();
    }

    [Fact]
    public void Memory_of_a_plain_program_is_resident_says_the_kernel()
    {
        // Other tests call the default instance, too, and some of them wrongly.
        int reports = NdisInstance.Default.Reports.Count(report => report.Call == nameof(NdisFreeMemory));
        Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* memory, 3 << 20, 0, s_noLimit));
        ulong[] entries = new ulong[(3 << 20) / 4096];
        Assert.False(PageMapFile.Read(memory, entries).IsError);
        Assert.All(entries, entry => Assert.NotEqual(0UL, entry & PageMapFile.Present));
        NdisAllocation allocation = Assert.Single(NdisInstance.Default.Outstanding, one => one.VirtualAddress == (nuint)memory);
        Assert.True(allocation.Obtained!.Resident);
        Assert.True(allocation.Obtained.Pinned, allocation.Obtained.Evidence);
        NdisFreeMemory(memory, 3 << 20, 0);
        Assert.Equal(reports, NdisInstance.Default.Reports.Count(report => report.Call == nameof(NdisFreeMemory)));
    }

    [Fact]
    public void Blocks_of_a_pool_that_verifies_are_recorded_though_nobody_asked_for_it()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions
        { Verify = true, Ceiling = 16 << 20, Ladder = [MemoryRung.Collapsed, MemoryRung.SmallPages] });
        using var instance = new NdisInstance(pool, new NdisOptions { Verify = false });
        using (CallContext.Enter(instance.ProgramContext))
        {
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* memory, 100, 0, s_noLimit));
            Assert.Equal(100u, Assert.Single(instance.Outstanding).Length);
            NdisFreeMemory(memory, 100, 0);
        }

        Assert.Empty(instance.Reports);
        Assert.Empty(instance.Outstanding);
    }

    [Fact]
    public void A_thread_that_only_frees_finds_the_pool_with_its_first_free()
    {
        Assert.Null(OnNewThread(() => NdisThread.Pool));
        Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* memory, 100, 0, s_noLimit));
        nint address = (nint)memory;
        Assert.Same(NonpagedPool.Default, OnNewThread(() =>
        {
            NdisFreeMemory((void*)address, 100, 0);
            return NdisThread.Pool;
        }));
    }

    private static T OnNewThread<T>(Func<T> action)
    {
        T result = default!;
        var thread = new Thread(() => result = action());
        thread.Start();
        thread.Join();
        return result;
    }

    [Theory]
    [InlineData(0x000fffff)]
    [InlineData(0x00ffffff)]
    [InlineData(0xffffffff)]
    public void A_block_lies_at_or_below_its_limit(long limit)
    {
        using var bench = new MemoryBench(ram: 6UL << 30);
        uint[] kinds = [0, NDIS_MEMORY_CONTIGUOUS, NDIS_MEMORY_NONCACHED, NDIS_MEMORY_CONTIGUOUS | NDIS_MEMORY_NONCACHED];
        foreach (uint flags in kinds)
        {
            bench.Run(() =>
            {
                Assert.Equal(
                    NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* memory, 20_000, flags, new NDIS_PHYSICAL_ADDRESS(limit)));
                Assert.All(
                    bench.Pool.GetPhysicalRanges(memory, 20_000),
                    range => Assert.True(range.Last!.Value.Value <= (ulong)limit, range.ToString()));
                NdisFreeMemory(memory, 20_000, flags);
            });
        }

        bench.AssertAllFree();
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void Low_memory_is_spent_last()
    {
        using var bench = new MemoryBench(ram: 6UL << 30);
        bench.Run(() =>
        {
            NdisAllocateMemory(out void* memory, 20_000, NDIS_MEMORY_CONTIGUOUS, s_noLimit);
            Assert.True((ulong)MmGetPhysicalAddress(memory).QuadPart > uint.MaxValue);
        });
    }

    [Fact]
    public void A_limit_of_low_part_minus_one_and_high_part_zero_is_4_GiB_and_minus_one_is_none()
    {
        Assert.Equal(0xffffffffUL, new NDIS_PHYSICAL_ADDRESS { LowPart = uint.MaxValue, HighPart = 0 }.ToPhysicalAddress().Value);
        Assert.Equal(
            PhysicalAddress.Max, new NDIS_PHYSICAL_ADDRESS { LowPart = uint.MaxValue, HighPart = -1 }.ToPhysicalAddress());
        Assert.Equal(PhysicalAddress.Max, s_noLimit.ToPhysicalAddress());
        Assert.Equal(8, sizeof(NDIS_PHYSICAL_ADDRESS));
    }

    [Fact]
    public void Noncached_memory_is_coherent_and_under_the_strict_option_uncached_or_refused()
    {
        using var bench = new MemoryBench();
        bench.Run(() => NdisAllocateMemory(out _, 8192, NDIS_MEMORY_NONCACHED, s_noLimit));
        Assert.True(bench.Ndis.Allocations[0].Obtained!.Coherent);

        using var strict = new MemoryBench(new NdisOptions { StrictNoncached = true });
        strict.Run(() =>
        {
            Assert.Equal(NDIS_STATUS_FAILURE, NdisAllocateMemory(out void* memory, 8192, NDIS_MEMORY_NONCACHED, s_noLimit));
            Assert.True(memory == null);
        });
        Assert.Contains("memmap=", strict.Ndis.Allocations[0].Failure!.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u, 0u, -1L)]
    [InlineData(100u, 4u, -1L)]
    [InlineData(100u, 0x80000003u, -1L)]
    [InlineData(0xffffffffu, 0u, -1L)]
    [InlineData(0xffffffffu, 3u, -1L)]
    [InlineData(8192u, 0u, 0L)]
    [InlineData(8192u, 1u, 0xfffL)]
    [InlineData(8192u, 3u, 0x1ffeL)]
    [InlineData(17u << 20, 2u, -1L)]
    public void A_failure_gives_null_and_leaves_a_reason_in_the_log(uint length, uint flags, long limit)
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            void* memory = (void*)1;
            Assert.Equal(NDIS_STATUS_FAILURE, NdisAllocateMemory(out memory, length, flags, new NDIS_PHYSICAL_ADDRESS(limit)));
            Assert.True(memory == null);
        });
        NdisAllocation failed = Assert.Single(bench.Ndis.Allocations);
        Assert.Equal(NDIS_STATUS_FAILURE, failed.Status);
        Assert.NotEmpty(failed.Failure!.Remedy);
        Assert.Contains(failed.Failure.Reason, Assert.Single(bench.Lines), StringComparison.Ordinal);
        bench.AssertAllFree();
    }

    [Fact]
    public void The_same_call_succeeds_later_when_there_is_room()
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* first, 12 << 20, NDIS_MEMORY_CONTIGUOUS, s_noLimit));
            Assert.Equal(NDIS_STATUS_FAILURE, NdisAllocateMemory(out void* second, 8 << 20, NDIS_MEMORY_CONTIGUOUS, s_noLimit));
            NdisFreeMemory(first, 12 << 20, NDIS_MEMORY_CONTIGUOUS);
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out second, 8 << 20, NDIS_MEMORY_CONTIGUOUS, s_noLimit));
            NdisFreeMemory(second, 8 << 20, NDIS_MEMORY_CONTIGUOUS);
        });
        bench.AssertAllFree();
    }

    [Theory]
    [InlineData(1u, 0u)]
    [InlineData(1514u, 0u)]
    [InlineData(65536u, 0u)]
    [InlineData(65537u, 0u)]
    [InlineData(1u, 1u)]
    [InlineData(4097u, 2u)]
    [InlineData(32784u, 3u)]
    public void All_of_the_length_can_be_used_at_one_range_of_addresses(uint length, uint flags)
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* before, length, flags, s_noLimit));
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* memory, length, flags, s_noLimit));
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* after, length, flags, s_noLimit));
            NativeMemory.Fill(before, length, 1);
            NativeMemory.Fill(memory, length, 2);
            NativeMemory.Fill(after, length, 3);
            Assert.Equal(-1, new Span<byte>(before, (int)length).IndexOfAnyExcept((byte)1));
            Assert.Equal(-1, new Span<byte>(memory, (int)length).IndexOfAnyExcept((byte)2));
            Assert.Equal(length, (uint)bench.Pool.GetPhysicalRanges(memory, length).Sum(range => (long)range.Length));
            Assert.Equal(0u, (nuint)memory % (flags == 0 ? 16u : 4096u));
            NdisFreeMemory(before, length, flags);
            NdisFreeMemory(memory, length, flags);
            NdisFreeMemory(after, length, flags);
        });
        bench.AssertAllFree();
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void Noncached_memory_comes_the_VirtualAlloc_way_and_other_memory_the_LocalAlloc_way()
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            // Dirty memory first, so that zeros are no accident.
            for (int round = 0; round < 2; round++)
            {
                NdisAllocateMemory(out void* noncached, 100, NDIS_MEMORY_NONCACHED, s_noLimit);
                void* pages = VirtualAlloc(null, 100, MEM_COMMIT, PAGE_READWRITE | PAGE_NOCACHE);
                Assert.Equal(0u, (nuint)noncached % 4096);
                Assert.Equal(0u, (nuint)pages % 4096);
                Assert.Equal(-1, new Span<byte>(noncached, 100).IndexOfAnyExcept((byte)0));
                Assert.Equal(bench.Pool.GetUsableSize(pages), bench.Pool.GetUsableSize(noncached));
                NativeMemory.Fill(noncached, 100, 0xff);
                NdisFreeMemory(noncached, 100, NDIS_MEMORY_NONCACHED);
                VirtualFree(pages, 0, MEM_RELEASE);
            }

            // Two small blocks of each call share a page of the heap.
            NdisAllocateMemory(out void* small, 100, 0, s_noLimit);
            void* local = LocalAlloc(LMEM_FIXED, 100);
            NdisAllocateMemory(out void* next, 100, 0, s_noLimit);
            Assert.Equal((nuint)small & ~4095u, (nuint)next & ~4095u);
            Assert.True(bench.Pool.GetUsableSize(small) < 4096);
            Assert.True(bench.Pool.GetUsableSize(local) < 4096);
            NdisFreeMemory(small, 100, 0);
            NdisFreeMemory(next, 100, 0);
            LocalFree(local);
        });
        bench.AssertAllFree();
    }

    [Fact]
    public void Flags_0_serve_miniports_and_protocols_at_any_time()
    {
        using var bench = new MemoryBench();
        foreach (Driver driver in new[] { MemoryBench.Miniport, MemoryBench.Protocol })
        {
            bench.Run(
                () =>
                {
                    Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* memory, 1514, 0, s_noLimit));
                    NdisFreeMemory(memory, 1514, 0);
                    Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemoryWithTag(out memory, 1514, 0x64636261));
                    NdisFreeMemory(memory, 1514, 0);
                },
                driver, initializing: false, Irql.DISPATCH_LEVEL);
        }

        Assert.Empty(bench.Ndis.Reports);
        bench.AssertAllFree();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Flags_outside_initialization_or_by_a_protocol_are_reported_and_refused_where_asked(bool refuse)
    {
        foreach (Driver driver in new[] { MemoryBench.Miniport, MemoryBench.Protocol })
        {
            using var bench = new MemoryBench(new NdisOptions { RefuseBreaches = refuse });
            bench.Run(
                () => Assert.Equal(
                    refuse ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS,
                    NdisAllocateMemory(out _, 4096, NDIS_MEMORY_NONCACHED, s_noLimit)),
                driver, initializing: driver == MemoryBench.Protocol);
            Assert.Equal(NdisReportKind.FlagsOutsideInitialization, bench.TheReport.Kind);
            Assert.Equal(driver.Name, bench.TheReport.Driver);
            Assert.Contains("4096 bytes", bench.TheReport.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_plain_program_may_use_flags_at_any_time()
    {
        using var bench = new MemoryBench();
        var program = new Driver("program", DriverKind.Program);
        bench.Run(() => NdisAllocateMemory(out _, 4096, NDIS_MEMORY_CONTIGUOUS, s_noLimit), program, initializing: false);
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void Contiguous_memory_is_one_physical_range_where_other_memory_is_scattered()
    {
        // The first 2000 pages lie in disorder, the rest in order.
        MemoryPiece[] layout = [.. MachineRam.Permuted(1, 2000, seed: 1), new(0x800000, 0x200000, new PhysicalAddress(0x800000))];
        using var bench = new MemoryBench(layout: layout);
        bench.Run(() =>
        {
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* ring, 64 << 10, NDIS_MEMORY_CONTIGUOUS, s_noLimit));
            Assert.Single(bench.Pool.GetPhysicalRanges(ring, 64 << 10));
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* scattered, 4 << 20, NDIS_MEMORY_NONCACHED, s_noLimit));
            Assert.True(bench.Pool.GetPhysicalRanges(scattered, 4 << 20).Count > 500);
            Assert.Equal(NDIS_STATUS_FAILURE, NdisAllocateMemory(out _, 4 << 20, NDIS_MEMORY_CONTIGUOUS, s_noLimit));
            // One range of addresses all the same.
            NativeMemory.Fill(scattered, 4 << 20, 5);
            Assert.Equal(-1, new Span<byte>(scattered, 4 << 20).IndexOfAnyExcept((byte)5));
            NdisFreeMemory(ring, 64 << 10, NDIS_MEMORY_CONTIGUOUS);
            NdisFreeMemory(scattered, 4 << 20, NDIS_MEMORY_NONCACHED);
        });
        bench.AssertAllFree();
    }

    [Theory]
    [InlineData(1 << 20, 1, true)]
    [InlineData(1 << 20, 256, false)]
    [InlineData(64 << 10, 1, false)]
    public void Far_more_noncached_memory_than_was_touched_is_reported(int length, int touchedPages, bool isReported)
    {
        using var bench = new MemoryBench();
        void* memory = null;
        bench.Run(() => NdisAllocateMemory(out memory, (uint)length, NDIS_MEMORY_NONCACHED, s_noLimit));
        for (int page = 0; page < touchedPages; page++) ((byte*)memory)[page * 4096 + 17] = 1;
        bench.Run(() => NdisFreeMemory(memory, (uint)length, NDIS_MEMORY_NONCACHED), initializing: false);
        Assert.Equal(isReported ? [NdisReportKind.NoncachedMemoryUnused] : [], bench.Ndis.Reports.Select(report => report.Kind));
        bench.AssertAllFree();
    }

    [Theory]
    [InlineData(NdisProfile.Ddk, 1u, NDIS_STATUS_SUCCESS, true)]
    [InlineData(NdisProfile.Ddk, 3u, NDIS_STATUS_SUCCESS, true)]
    [InlineData(NdisProfile.Ce3, 1u, NDIS_STATUS_SUCCESS, false)]
    [InlineData(NdisProfile.Ce3, 3u, NDIS_STATUS_SUCCESS, false)]
    [InlineData(NdisProfile.Ce5, 1u, NDIS_STATUS_FAILURE, false)]
    [InlineData(NdisProfile.Ce5, 3u, NDIS_STATUS_FAILURE, false)]
    [InlineData(NdisProfile.Ce5, 2u, NDIS_STATUS_SUCCESS, false)]
    [InlineData(NdisProfile.Ce5, 0u, NDIS_STATUS_SUCCESS, false)]
    public void The_profile_decides_what_CONTIGUOUS_does(NdisProfile profile, uint flags, NDIS_STATUS status, bool contiguous)
    {
        MemoryPiece[] layout = [.. MachineRam.Permuted(1, 1000, seed: 2), new(0x800000, 0x40000, new PhysicalAddress(0x800000))];
        using var bench = new MemoryBench(new NdisOptions { Profile = profile }, layout: layout);
        bench.Run(() =>
        {
            // More than a third of the ordered piece, so that two of them cannot both lie there by luck.
            void*[] blocks = new void*[3];
            for (int i = 0; i < blocks.Length; i++)
            {
                NDIS_STATUS expected = i == 2 && contiguous ? NDIS_STATUS_FAILURE : status;
                Assert.Equal(expected, NdisAllocateMemory(out blocks[i], 100 << 10, flags, s_noLimit));
            }

            bool allContiguous = status == NDIS_STATUS_SUCCESS && bench.Ndis.Outstanding.All(one => one.Obtained!.Contiguous);
            Assert.Equal(contiguous, allContiguous);
            foreach (void* block in blocks)
            {
                if (block != null) NdisFreeMemory(block, 100 << 10, flags);
            }
        });
        Assert.Empty(bench.Ndis.Reports);
        bench.AssertAllFree();
    }

    [Fact]
    public void Every_call_that_the_page_names_beside_it_is_there()
    {
        string[] here = [.. typeof(NdisLibrary).GetMethods().Concat(typeof(CoreDll).GetMethods()).Select(method => method.Name)];
        Assert.Superset(
            new HashSet<string> { "LocalAlloc", "NdisFreeMemory", "NdisMSetAttributes", "NdisMSetAttributesEx", "VirtualAlloc" },
            here.ToHashSet());
    }
}

using Nonpaged.Tests;

namespace Nonpaged.Ndis.Tests.Memory;

/// <summary>A bad free is reported - which call, which driver, what was expected - and nothing is corrupted or lost.</summary>
public sealed unsafe class BadFreeTests
{
    private static readonly NDIS_PHYSICAL_ADDRESS s_noLimit = new(-1);

    [Theory]
    [InlineData(1000u, 0u, 1001u)]
    [InlineData(1000u, 3u, 999u)]
    [InlineData(1000u, 2u, 0u)]
    [InlineData(100_000u, 0u, 99_999u)]
    public void A_free_with_a_wrong_length_is_reported_and_the_block_freed_whole(uint length, uint flags, uint given)
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            NdisAllocateMemory(out void* memory, length, flags, s_noLimit);
            NdisFreeMemory(memory, given, flags);
        });
        Expect(bench, NdisReportKind.FreeWithWrongLength, "NdisFreeMemory", $"gave the length {given}; expected {length}");
        bench.AssertAllFree();
    }

    [Theory]
    [InlineData(NdisProfile.Ddk, false)]
    [InlineData(NdisProfile.Ce5, false)]
    [InlineData(NdisProfile.Ce3, true)]
    public void A_length_of_0_with_flags_0_passes_where_the_documents_ignore_the_length(NdisProfile profile, bool isReported)
    {
        using var bench = new MemoryBench(new NdisOptions { Profile = profile });
        bench.Run(() =>
        {
            NdisAllocateMemory(out void* memory, 1000, 0, s_noLimit);
            NdisFreeMemory(memory, 0, 0);
        });
        Assert.Equal(isReported ? 1 : 0, bench.Ndis.Reports.Count);
        bench.AssertAllFree();
    }

    [Theory]
    [InlineData(3u, 1u)]
    [InlineData(3u, 0u)]
    [InlineData(0u, 2u)]
    [InlineData(2u, 0x80u)]
    public void A_free_with_wrong_flags_is_reported_and_the_block_freed(uint flags, uint given)
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            NdisAllocateMemory(out void* memory, 5000, flags, s_noLimit);
            NdisFreeMemory(memory, 5000, given);
        });
        Expect(bench, NdisReportKind.FreeWithWrongFlags, "NdisFreeMemory", $"gave the flags 0x{given:x}; expected 0x{flags:x}");
        bench.AssertAllFree();
    }

    [Fact]
    public void A_free_by_the_wrong_call_is_reported_and_the_block_freed()
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            NdisAllocateMemory(out void* memory, 5000, 0, s_noLimit);
            Assert.True(LocalFree(memory) == null);
        });
        Expect(bench, NdisReportKind.FreeByWrongCall, "LocalFree", "expected NdisFreeMemory");
        bench.AssertAllFree();
    }

    [Fact]
    public void Every_pair_of_an_allocation_and_another_family_s_free_is_reported_and_frees()
    {
        for (int allocation = 0; allocation < 4; allocation++)
        {
            for (int free = 0; free < 4; free++)
            {
                using var bench = new MemoryBench();
                bench.Run(() =>
                {
                    void* memory = allocation switch
                    {
                        0 => NdisAllocateMemory(out void* block, 100, 0, s_noLimit) == NDIS_STATUS_SUCCESS ? block : null,
                        1 => LocalAlloc(LMEM_FIXED, 100),
                        2 => VirtualAlloc(null, 100, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE),
                        _ => AllocPhysMem(100, PAGE_READWRITE, 0, 0, out _),
                    };
                    Assert.True(memory != null);
                    switch (free)
                    {
                        case 0: NdisFreeMemory(memory, 100, 0); break;
                        case 1: Assert.True(LocalFree(memory) == null); break;
                        case 2: Assert.True(VirtualFree(memory, 0, MEM_RELEASE)); break;
                        default: Assert.True(FreePhysMem(memory)); break;
                    }
                });
                Assert.Equal(
                    allocation == free ? [] : [NdisReportKind.FreeByWrongCall], bench.Ndis.Reports.Select(report => report.Kind));
                bench.AssertAllFree();
            }
        }
    }

    [Theory]
    [InlineData(1000u, 0u, 16)]
    [InlineData(1000u, 0u, 999)]
    [InlineData(100_000u, 0u, 4096)]
    [InlineData(32784u, 3u, 32768)]
    public void A_free_of_a_pointer_into_the_middle_is_reported_and_frees_nothing(uint length, uint flags, int offset)
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            NdisAllocateMemory(out void* memory, length, flags, s_noLimit);
            new Span<byte>(memory, (int)length).Fill(7);
            NdisFreeMemory((byte*)memory + offset, length, flags);
            Expect(bench, NdisReportKind.FreeOfMiddle, "NdisFreeMemory", $"{offset} bytes inside a block");
            Assert.Equal(-1, new Span<byte>(memory, (int)length).IndexOfAnyExcept((byte)7));
            NdisFreeMemory(memory, length, flags);
        });
        Assert.Single(bench.Ndis.Reports);
        bench.AssertAllFree();
    }

    [Fact]
    public void A_free_of_a_foreign_pointer_is_reported_and_frees_nothing()
    {
        using var bench = new MemoryBench();
        byte[] managed = GC.AllocateArray<byte>(64, pinned: true);
        fixed (byte* foreign = managed)
        {
            nint address = (nint)foreign;
            bench.Run(() =>
            {
                NdisFreeMemory((void*)address, 64, 0);
                NdisFreeMemory((void*)1, 64, 0);
                NdisFreeMemory((void*)-16, 64, 0);
                NdisFreeMemory(null, 64, 0);
            });
        }

        Assert.Equal(4, bench.Ndis.Reports.Count);
        Assert.All(bench.Ndis.Reports, report => Assert.Equal(NdisReportKind.FreeOfForeign, report.Kind));
        bench.AssertAllFree();
    }

    [Theory]
    [InlineData(1000u, 0u)]
    [InlineData(100_000u, 0u)]
    [InlineData(32784u, 3u)]
    public void A_second_free_is_reported_and_frees_nothing(uint length, uint flags)
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            NdisAllocateMemory(out void* neighbour, length, flags, s_noLimit);
            NdisAllocateMemory(out void* memory, length, flags, s_noLimit);
            NdisFreeMemory(memory, length, flags);
            NdisFreeMemory(memory, length, flags);
            Expect(bench, NdisReportKind.FreeTwice, "NdisFreeMemory", "was freed before (NdisAllocateMemory");
            NdisFreeMemory(neighbour, length, flags);
        });
        Assert.Single(bench.Ndis.Reports);
        bench.AssertAllFree();
    }

    [Fact]
    public void A_free_of_contiguous_memory_above_PASSIVE_LEVEL_is_reported()
    {
        using var bench = new MemoryBench();
        void* memory = null;
        bench.Run(() => NdisAllocateMemory(out memory, 5000, NDIS_MEMORY_CONTIGUOUS, s_noLimit));
        bench.Run(() => NdisFreeMemory(memory, 5000, NDIS_MEMORY_CONTIGUOUS), irql: Irql.DISPATCH_LEVEL);
        Expect(bench, NdisReportKind.IrqlTooHigh, "NdisFreeMemory", "expected PASSIVE_LEVEL");
        bench.AssertAllFree();
    }

    [Fact]
    public void Shared_memory_freed_with_other_words_is_reported_and_freed()
    {
        using var ram = new MachineRam(16 << 20);
        NdisInstance host = NdisInstance.Default;
        int before = host.Reports.Count;
        NdisMAllocateSharedMemory(default, 5000, true, out void* memory, out NDIS_PHYSICAL_ADDRESS physical);
        Assert.True(memory != null);
        NdisMFreeSharedMemory(default, 4999, false, memory, new NDIS_PHYSICAL_ADDRESS(physical.QuadPart + 1));
        NdisReportKind[] kinds = [.. host.Reports.Skip(before).Select(report => report.Kind)];
        Assert.Contains(NdisReportKind.FreeWithWrongLength, kinds);
        Assert.Contains(NdisReportKind.FreeWithWrongFlags, kinds);
        Assert.DoesNotContain(host.Outstanding, one => one.VirtualAddress == (nuint)memory);
    }

    private static void Expect(MemoryBench bench, NdisReportKind kind, string call, string words)
    {
        NdisReport report = bench.TheReport;
        Assert.Equal(kind, report.Kind);
        Assert.Equal(call, report.Call);
        Assert.Equal(MemoryBench.Miniport.Name, report.Driver);
        Assert.Contains(words, report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_past_the_end_or_after_the_free_is_reported_with_the_call_and_the_driver()
    {
        const ulong size = 4 << 20;
        using var ram = new MachineRam(size);
        using var pool = NonpagedPool.Over(
            ram.Descriptor, MachineRam.Pc(size), new NonpagedPoolOptions { Verify = true, Guard = true });
        using var instance = new NdisInstance(pool, new NdisOptions { Guard = true });
        using (CallContext.Enter(new CallContext(instance, MemoryBench.Miniport, Irql.PASSIVE_LEVEL, Initializing: true)))
        {
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* memory, 100, 0, new NDIS_PHYSICAL_ADDRESS(-1)));
            ((byte*)memory)[100] = 1;
            NdisFreeMemory(memory, 100, 0);
            ((byte*)memory)[5] = 1;
        }

        pool.Trim();
        Assert.Equal(
            [NdisReportKind.WritePastEnd, NdisReportKind.WriteAfterFree], instance.Reports.Select(report => report.Kind));
        Assert.All(
            instance.Reports,
            report => Assert.Equal((nameof(NdisAllocateMemory), MemoryBench.Miniport.Name), (report.Call, report.Driver)));
    }

    [Fact]
    public void Shared_memory_asked_for_above_passive_level_is_given_and_reported()
    {
        using var bench = new MemoryBench();
        bench.Run(
            () =>
            {
                NdisMAllocateSharedMemory(default, 4096, true, out void* memory, out NDIS_PHYSICAL_ADDRESS physical);
                Assert.True(memory != null);
                Assert.Equal(
                    (NdisReportKind.IrqlTooHigh, nameof(NdisMAllocateSharedMemory)),
                    (bench.TheReport.Kind, bench.TheReport.Call));
                // Freeing is allowed there.
                NdisMFreeSharedMemory(default, 4096, true, memory, physical);
                Assert.Single(bench.Ndis.Reports);
            },
            irql: Irql.DISPATCH_LEVEL);
        bench.Run(() =>
        {
            NdisMAllocateSharedMemory(default, 4096, true, out void* memory, out NDIS_PHYSICAL_ADDRESS physical);
            NdisMFreeSharedMemory(default, 4096, true, memory, physical);
        });
        Assert.Single(bench.Ndis.Reports);
    }

    [Fact]
    public void Equal_reports_are_one_with_a_count_and_different_ones_have_a_limit()
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            byte foreign = 0;
            for (int i = 0; i < 5000; i++) NdisFreeMemory(&foreign, 1, 0);
            Assert.Equal(5000, bench.TheReport.Count);
            for (int i = 1; i <= 5000; i++) NdisFreeMemory((void*)(nint)(i * 16), 1, 0);
        });
        // Those after the 1024th are one, without their numbers.
        Assert.Equal((5000, 1025), (bench.Ndis.Reports[0].Count, bench.Ndis.Reports.Count));
        Assert.StartsWith("# is ", bench.Ndis.Reports[^1].Message, StringComparison.Ordinal);
        Assert.Equal(10_000, bench.Ndis.FurtherReports + bench.Ndis.Reports.Sum(report => report.Count));
    }

    [Fact]
    public void After_a_flood_of_reports_those_of_another_kind_are_still_kept()
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            for (int i = 1; i <= 5000; i++) NdisFreeMemory((void*)(nint)(i * 16), 1, 0);
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* block, 100, 0, NDIS_PHYSICAL_ADDRESS.None));
            NdisFreeMemory(block, 99, 0);
        });
        Assert.Contains(bench.Ndis.Reports, report => report.Kind == NdisReportKind.FreeWithWrongLength);
    }
}

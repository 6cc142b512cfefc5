namespace Nonpaged.Ndis.Tests.Memory;

/// <summary>Nonpaged lookaside lists, where each block is recorded (drivers) and where it is not (plain programs).</summary>
public sealed unsafe class LookasideTests
{
    [Theory]
    [InlineData(1u, true)]
    [InlineData(192u, true)]
    [InlineData(100_000u, true)]
    [InlineData(1u, false)]
    [InlineData(192u, false)]
    [InlineData(65536u, false)]
    [InlineData(100_000u, false)]
    public void Blocks_of_a_list_hold_its_size_and_go_back_without_a_report(uint size, bool isRecorded)
    {
        Run(isRecorded, instance =>
        {
            const int count = 300;
            NPAGED_LOOKASIDE_LIST list;
            NdisInitializeNPagedLookasideList(&list, 0, size, 0, 0);
            var blocks = new nint[size > 65536 ? 20 : count];
            foreach (ref nint block in blocks.AsSpan())
            {
                block = (nint)NdisAllocateFromNPagedLookasideList(&list);
                new Span<byte>((void*)block, (int)size).Fill(0x5a);
            }

            Assert.Equal(blocks.Length, blocks.Distinct().Count());
            Assert.Equal(isRecorded || size > 65536 ? blocks.Length : 0, instance.Outstanding.Count);
            foreach (nint block in blocks) NdisFreeToNPagedLookasideList(&list, (void*)block);
            NdisDeleteNPagedLookasideList(&list);
            Assert.Empty(instance.Reports);
            Assert.Empty(instance.Outstanding);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_no_block_of_a_list_is_reported_and_nothing_is_freed(bool isRecorded)
    {
        Run(isRecorded, instance =>
        {
            NPAGED_LOOKASIDE_LIST list, other;
            NdisInitializeNPagedLookasideList(&list, 0, 192, 0, 0);
            NdisInitializeNPagedLookasideList(&other, 0, 1024, 0, 0);
            void* block = NdisAllocateFromNPagedLookasideList(&list);
            void* large = NdisAllocateFromNPagedLookasideList(&other);
            ulong local = 0;
            NdisMAllocateSharedMemory(default, 192, true, out void* shared, out NDIS_PHYSICAL_ADDRESS physical);
            void*[] wrong = [null, &local, (byte*)block + 16, large, shared];
            for (int i = 0; i < wrong.Length; i++)
            {
                NdisFreeToNPagedLookasideList(&list, wrong[i]);
                Assert.Equal(i + 1, instance.Reports.Count);
            }

            NdisFreeToNPagedLookasideList(&list, block);
            NdisFreeToNPagedLookasideList(&other, large);
            NdisMFreeSharedMemory(default, 192, true, shared, physical);
            Assert.Equal(wrong.Length, instance.Reports.Count);
            NdisFreeToNPagedLookasideList(&list, block);
            Assert.All(instance.Reports, report => Assert.Equal((NdisReportKind.FreeOfForeign, nameof(NdisFreeToNPagedLookasideList)), (report.Kind, report.Call)));
            Assert.Equal(wrong.Length + 1, instance.Reports.Count);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_list_that_was_deleted_is_none(bool isRecorded)
    {
        Run(isRecorded, instance =>
        {
            NPAGED_LOOKASIDE_LIST list;
            NdisInitializeNPagedLookasideList(&list, 0, 64, 0, 0);
            NdisFreeToNPagedLookasideList(&list, NdisAllocateFromNPagedLookasideList(&list));
            NdisDeleteNPagedLookasideList(&list);
            Assert.Empty(instance.Reports);
            Assert.True(NdisAllocateFromNPagedLookasideList(&list) == null);
            NdisFreeToNPagedLookasideList(&list, null);
            NdisDeleteNPagedLookasideList(&list);
            Assert.Equal([NdisReportKind.BadHandle, NdisReportKind.BadHandle, NdisReportKind.BadHandle], instance.Reports.Select(report => report.Kind));
        });
    }

    [Fact]
    public void Blocks_that_are_out_when_a_list_is_deleted_are_reported_where_they_are_recorded()
    {
        Run(isRecorded: true, instance =>
        {
            NPAGED_LOOKASIDE_LIST list;
            NdisInitializeNPagedLookasideList(&list, 0, 64, 0, 0);
            void* block = NdisAllocateFromNPagedLookasideList(&list);
            NdisDeleteNPagedLookasideList(&list);
            Assert.Equal(NdisReportKind.BrokenRule, Assert.Single(instance.Reports).Kind);
            NdisFreeMemory(block, 64, 0);
        });
    }

    [Fact]
    public void A_list_of_nothing_has_no_blocks()
    {
        Run(isRecorded: false, instance =>
        {
            NPAGED_LOOKASIDE_LIST list;
            NdisInitializeNPagedLookasideList(&list, 0, 0, 0, 0);
            Assert.True(NdisAllocateFromNPagedLookasideList(&list) == null);
            NdisDeleteNPagedLookasideList(&list);
        });
    }

    [Fact]
    public void An_unrecorded_block_may_be_allocated_and_freed_by_several_threads()
    {
        Run(isRecorded: false, instance =>
        {
            NPAGED_LOOKASIDE_LIST list;
            NdisInitializeNPagedLookasideList(&list, 0, 256, 0, 0);
            var place = (nint)(&list);
            var shared = new System.Collections.Concurrent.ConcurrentQueue<nint>();
            Parallel.For(0, 4, number =>
            {
                using CallContext.Scope scope = CallContext.Enter(instance.ProgramContext);
                for (int i = 0; i < 20_000; i++)
                {
                    void* block = NdisAllocateFromNPagedLookasideList((NPAGED_LOOKASIDE_LIST*)place);
                    *(long*)block = (long)block;
                    shared.Enqueue((nint)block);
                    if (!shared.TryDequeue(out nint one)) continue;
                    Assert.Equal(one, (nint)(*(long*)one));
                    *(long*)one = 0;
                    NdisFreeToNPagedLookasideList((NPAGED_LOOKASIDE_LIST*)place, (void*)one);
                }
            });
            while (shared.TryDequeue(out nint rest)) NdisFreeToNPagedLookasideList(&list, (void*)rest);
            NdisDeleteNPagedLookasideList(&list);
            Assert.Empty(instance.Reports);
        });
    }

    private static void Run(bool isRecorded, Action<NdisInstance> test)
    {
        using NonpagedPool pool = NonpagedPool.Create(new NonpagedPoolOptions { Verify = isRecorded, Ceiling = 64 << 20, Ladder = [MemoryRung.Collapsed, MemoryRung.SmallPages] });
        using var instance = new NdisInstance(pool, new NdisOptions { Verify = isRecorded });
        using (CallContext.Enter(instance.ProgramContext)) test(instance);
    }
}

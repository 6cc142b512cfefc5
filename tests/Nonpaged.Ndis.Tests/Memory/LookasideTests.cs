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
            nint[] blocks = new nint[size > 2 << 20 ? 2 : size >= 65536 ? 20 : count];
            foreach (ref nint block in blocks.AsSpan())
            {
                block = (nint)NdisAllocateFromNPagedLookasideList(&list);
                new Span<byte>((void*)block, (int)size).Fill(0x5a);
            }

            Assert.Equal(blocks.Length, blocks.Distinct().Count());
            Assert.Equal(isRecorded || size > 2 << 20 ? blocks.Length : 0, instance.Outstanding.Count);
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
            Assert.All(instance.Reports, report =>
                Assert.Equal((NdisReportKind.FreeOfForeign, nameof(NdisFreeToNPagedLookasideList)), (report.Kind, report.Call)));
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
            Assert.Equal(
                [NdisReportKind.BadHandle, NdisReportKind.BadHandle, NdisReportKind.BadHandle],
                instance.Reports.Select(report => report.Kind));
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

    [Theory]
    [InlineData(192u, 256u)]
    [InlineData(20u, 64u)]
    [InlineData(100u, 128u)]
    [InlineData(2048u, 4096u)]
    public void A_block_of_another_size_class_is_reported_where_nothing_is_recorded(uint size, uint otherSize)
    {
        foreach (TimeSpan idle in (TimeSpan[])[TimeSpan.FromSeconds(1), TimeSpan.Zero])
        {
            using NonpagedPool pool = Pool(new NonpagedPoolOptions { IdleRelease = idle });
            using var instance = new NdisInstance(pool, new NdisOptions { Verify = false });
            using CallContext.Scope scope = CallContext.Enter(instance.ProgramContext);
            NPAGED_LOOKASIDE_LIST list, other;
            NdisInitializeNPagedLookasideList(&list, 0, size, 0, 0);
            NdisInitializeNPagedLookasideList(&other, 0, otherSize, 0, 0);
            void* block = NdisAllocateFromNPagedLookasideList(&other);
            NdisFreeToNPagedLookasideList(&list, block);
            Assert.Equal(NdisReportKind.FreeOfForeign, Assert.Single(instance.Reports).Kind);
            NdisFreeToNPagedLookasideList(&other, block);
            Assert.Single(instance.Reports);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Neither_a_copy_of_a_list_nor_what_was_never_one_nor_another_instances_has_blocks(bool isDefault)
    {
        if (isDefault) Test(NdisInstance.Default);
        else Run(isRecorded: false, Test);

        static void Test(NdisInstance instance)
        {
            int reported = instance.Reports.Count;
            NPAGED_LOOKASIDE_LIST list, copy;
            NdisInitializeNPagedLookasideList(&list, 0, 64, 0, 0);
            void* block = NdisAllocateFromNPagedLookasideList(&list);
            NdisFreeToNPagedLookasideList(&list, block);
            Assert.True(NdisAllocateFromNPagedLookasideList(&list) == block);
            NdisFreeToNPagedLookasideList(&list, block);
            copy = list;
            NdisDeleteNPagedLookasideList(&list);
            Assert.True(NdisAllocateFromNPagedLookasideList(&copy) == null);
            foreach (byte garbage in (byte[])[0, 5, 0xcc])
            {
                new Span<byte>(&copy, sizeof(NPAGED_LOOKASIDE_LIST)).Fill(garbage);
                Assert.True(NdisAllocateFromNPagedLookasideList(&copy) == null);
                NdisFreeToNPagedLookasideList(&copy, block);
            }

            // The default instance is that of other tests, too, which run beside this one and free other memory badly.
            NdisReport[] reports = [.. instance.Reports.Skip(reported)
                .Where(report => report.Call.Contains("Lookaside", StringComparison.Ordinal))];
            Assert.All(reports, report => Assert.Equal(NdisReportKind.BadHandle, report.Kind));
            Assert.Equal(7, reports.Length);

            for (int i = 0; i < 8; i++) NdisInitializeNPagedLookasideList(&list, 0, 64, 0, 0);
            using NonpagedPool pool = Pool();
            using var another = new NdisInstance(pool, new NdisOptions { Verify = false });
            using (CallContext.Enter(another.ProgramContext)) Assert.True(NdisAllocateFromNPagedLookasideList(&list) == null);
            Assert.Equal(NdisReportKind.BadHandle, Assert.Single(another.Reports).Kind);
        }
    }

    [Fact]
    public void A_block_that_was_allocated_at_too_high_an_IRQL_is_recorded_and_goes_back_to_its_list()
    {
        Run(isRecorded: false, instance =>
        {
            NPAGED_LOOKASIDE_LIST list;
            NdisInitializeNPagedLookasideList(&list, 0, 192, 0, 0);
            KeRaiseIrql(Irql.DIRQL, out Irql before);
            void* block = NdisAllocateFromNPagedLookasideList(&list);
            NdisAllocateMemory(out void* memory, 192, 0, NDIS_PHYSICAL_ADDRESS.None);
            KeLowerIrql(before);
            Assert.All(instance.Reports, report => Assert.Equal(NdisReportKind.IrqlTooHigh, report.Kind));
            int reports = instance.Reports.Count;
            Assert.True(reports > 0);
            NdisFreeToNPagedLookasideList(&list, block);
            Assert.Equal(reports, instance.Reports.Count);
            NdisFreeToNPagedLookasideList(&list, memory);
            Assert.Equal(NdisReportKind.FreeOfForeign, instance.Reports[reports].Kind);
            NdisFreeMemory(memory, 192, 0);
            Assert.Equal(reports + 1, instance.Reports.Count);
            Assert.Empty(instance.Outstanding);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pools_without_magazines_have_lists_too(bool zero)
    {
        using NonpagedPool pool = Pool(new NonpagedPoolOptions { ZeroOnFree = zero, IdleRelease = TimeSpan.Zero });
        using var instance = new NdisInstance(pool, new NdisOptions { Verify = false });
        using CallContext.Scope scope = CallContext.Enter(instance.ProgramContext);
        NPAGED_LOOKASIDE_LIST list;
        NdisInitializeNPagedLookasideList(&list, 0, 192, 0, 0);
        void* block = NdisAllocateFromNPagedLookasideList(&list);
        new Span<byte>(block, 192).Fill(0x5a);
        NdisFreeToNPagedLookasideList(&list, block);
        Assert.Empty(instance.Reports);
        Assert.Equal(0UL, pool.HeldBytes);
        NdisFreeToNPagedLookasideList(&list, block);
        Assert.Single(instance.Reports);
    }

    [Theory]
    [InlineData(192u)]
    [InlineData(65536u)]
    public void A_list_gives_null_when_the_pool_is_exhausted_and_all_of_it_comes_back(uint size)
    {
        Run(isRecorded: false, instance =>
        {
            NPAGED_LOOKASIDE_LIST list;
            NdisInitializeNPagedLookasideList(&list, 0, size, 0, 0);
            var blocks = new HashSet<nint>();
            for (void* block; (block = NdisAllocateFromNPagedLookasideList(&list)) != null;) Assert.True(blocks.Add((nint)block));
            Assert.True(blocks.Count > (8 << 20) / size * 8 / 10);
            foreach (nint block in blocks) NdisFreeToNPagedLookasideList(&list, (void*)block);
            Assert.Empty(instance.Reports);
            Assert.Empty(instance.Outstanding);
        });
    }

    [Fact]
    public void Each_context_finds_its_own_pool()
    {
        using NonpagedPool pool = Pool(), verifying = Pool(new NonpagedPoolOptions { Verify = true });
        using var plain = new NdisInstance(pool, new NdisOptions { Verify = false });
        using var recorded = new NdisInstance(pool);
        using var ofVerifying = new NdisInstance(verifying, new NdisOptions { Verify = false });
        var driver = new Driver("driver", DriverKind.Protocol);
        plain.Run(driver, () =>
        {
            Assert.Same(pool, NdisThread.Pool);
            recorded.Run(driver, () => Assert.Null(NdisThread.Pool));
            ofVerifying.Run(driver, () =>
            {
                Assert.Null(NdisThread.Pool);
                NPAGED_LOOKASIDE_LIST list;
                NdisInitializeNPagedLookasideList(&list, 0, 64, 0, 0);
                void* block = NdisAllocateFromNPagedLookasideList(&list);
                Assert.Single(ofVerifying.Outstanding);
                Assert.Null(NdisThread.Pool);
                plain.Run(driver, () => Assert.Same(pool, NdisThread.Pool));
                NdisFreeToNPagedLookasideList(&list, block);
                Assert.Empty(ofVerifying.Outstanding);
            });
            Assert.Throws<InvalidOperationException>(() => ofVerifying.Run(driver, () => throw new InvalidOperationException()));
            Assert.Same(pool, NdisThread.Pool);
            KeRaiseIrql(Irql.DIRQL, out Irql before);
            Assert.Null(NdisThread.Pool);
            KeLowerIrql(before);
            Assert.Same(pool, NdisThread.Pool);
        });
        Assert.Empty(ofVerifying.Reports);
    }

    [Fact]
    public void A_list_of_nothing_has_no_blocks()
    {
        Run(isRecorded: false, instance =>
        {
            NPAGED_LOOKASIDE_LIST list;
            NdisInitializeNPagedLookasideList(&list, 0, 0, 0, 0);
            Assert.True(NdisAllocateFromNPagedLookasideList(&list) == null);
            Assert.Empty(instance.Reports);
            NdisAllocateMemory(out void* memory, 16, 0, NDIS_PHYSICAL_ADDRESS.None);
            NdisFreeToNPagedLookasideList(&list, memory);
            Assert.Equal(NdisReportKind.FreeOfForeign, Assert.Single(instance.Reports).Kind);
            NdisFreeMemory(memory, 16, 0);
            NdisDeleteNPagedLookasideList(&list);
            Assert.Single(instance.Reports);
        });
    }

    [Fact]
    public void An_unrecorded_block_may_be_allocated_and_freed_by_several_threads()
    {
        Run(isRecorded: false, instance =>
        {
            NPAGED_LOOKASIDE_LIST list;
            NdisInitializeNPagedLookasideList(&list, 0, 256, 0, 0);
            nint place = (nint)(&list);
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

    private static NonpagedPool Pool(NonpagedPoolOptions? options = null) =>
        NonpagedPool.Create((options ?? new NonpagedPoolOptions()) with
        { Ceiling = 8 << 20, Ladder = [MemoryRung.Collapsed, MemoryRung.SmallPages] });

    private static void Run(bool isRecorded, Action<NdisInstance> test)
    {
        using NonpagedPool pool = Pool(new NonpagedPoolOptions { Verify = isRecorded });
        using var instance = new NdisInstance(pool, new NdisOptions { Verify = isRecorded });
        using (CallContext.Enter(instance.ProgramContext)) test(instance);
    }
}

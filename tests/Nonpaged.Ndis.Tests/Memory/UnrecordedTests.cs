namespace Nonpaged.Ndis.Tests.Memory;

/// <summary>Small blocks without a record: those of a plain program, whose pool does not verify.</summary>
public sealed unsafe class UnrecordedTests
{
    private static readonly NDIS_PHYSICAL_ADDRESS s_noLimit = new(-1);

    [Fact]
    public void Small_blocks_of_a_plain_program_come_without_a_record_and_a_bad_free_is_reported_all_the_same()
    {
        using var pool = NonpagedPool.Create(
            new NonpagedPoolOptions { Ceiling = 16 << 20, Ladder = [MemoryRung.Collapsed, MemoryRung.SmallPages] });
        using var instance = new NdisInstance(pool, new NdisOptions { Verify = false });
        using (CallContext.Enter(instance.ProgramContext))
        {
            for (uint length = 1; length <= 2 << 20; length += length <= 65536 ? 977u : 77_773u)
            {
                Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* memory, length, 0, s_noLimit));
                new Span<byte>(memory, (int)length).Fill(0x5a);
                Assert.Empty(instance.Outstanding);
                NdisFreeMemory(memory, length, 0);
                Assert.Empty(instance.Reports);
            }

            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* twice, 100, 0, s_noLimit));
            NdisFreeMemory(twice, 100, 0);
            NdisFreeMemory(twice, 100, 0);
            Assert.Equal(NdisReportKind.FreeOfForeign, Assert.Single(instance.Reports).Kind);

            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* flagged, 100, 0, s_noLimit));
            NdisFreeMemory(flagged, 100, NDIS_MEMORY_CONTIGUOUS);
            Assert.Equal(NdisReportKind.FreeWithWrongFlags, instance.Reports[^1].Kind);

            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* whole, 100, 0, s_noLimit));
            NdisFreeMemory((byte*)whole + 16, 100, 0);
            Assert.Equal(NdisReportKind.FreeOfMiddle, instance.Reports[^1].Kind);
            NdisFreeMemory(whole, 100, 0);
            Assert.Equal(NdisReportKind.FreeOfMiddle, instance.Reports[^1].Kind);

            foreach (uint length in (uint[])[100, 1514, 65536, 65537, 1 << 20])
            {
                Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* other, length, 0, s_noLimit));
                int before = instance.Reports.Count;
                NdisFreeMemory(other, 3 * length, 0);
                NdisReport report = Assert.Single(instance.Reports.Skip(before));
                Assert.Equal(NdisReportKind.FreeWithWrongLength, report.Kind);
                string gave = $"gave the length {3 * length} for 0x{(nuint)other:x}; expected ";
                Assert.StartsWith(gave, report.Message, StringComparison.Ordinal);
                Assert.EndsWith("It was freed whole.", report.Message, StringComparison.Ordinal);
                Assert.Equal(BadFree.NotAllocated, pool.Give(other));
                Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out other, length, 0, s_noLimit));
                NdisFreeMemory(other, 0, 0);
                Assert.Equal(before + 1, instance.Reports.Count);
            }

            // Lengths above 2 MiB, and other flags, are recorded.
            Assert.Equal(NDIS_STATUS_FAILURE, NdisAllocateMemory(out _, 0, 0, s_noLimit));
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* large, (2 << 20) + 1, 0, s_noLimit));
            Assert.Equal((nuint)large, Assert.Single(instance.Outstanding).VirtualAddress);
            NdisFreeMemory(large, (2 << 20) + 1, 0);
        }

        pool.Trim();
        Assert.Equal(pool.HeldBytes, pool.FreeBytes);
    }
}

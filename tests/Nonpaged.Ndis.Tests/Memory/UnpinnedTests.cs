namespace Nonpaged.Ndis.Tests.Memory;

/// <summary>
/// A pool that may pin by no means: what needs a fixed address fails, all else works without a physical address.
/// </summary>
public sealed unsafe class UnpinnedTests
{
    private static readonly NDIS_PHYSICAL_ADDRESS s_noLimit = NDIS_PHYSICAL_ADDRESS.None;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Contiguous_or_limited_memory_that_cannot_be_pinned_fails_with_the_reason_in_the_log(bool isRecorded)
    {
        Run(isRecorded, (instance, log) =>
        {
            Assert.Equal(NDIS_STATUS_FAILURE, NdisAllocateMemory(out void* contiguous, 4096, NDIS_MEMORY_CONTIGUOUS, s_noLimit));
            const uint flags = NDIS_MEMORY_CONTIGUOUS | NDIS_MEMORY_NONCACHED;
            Assert.Equal(NDIS_STATUS_FAILURE, NdisAllocateMemory(out void* both, 4096, flags, s_noLimit));
            var limit = new NDIS_PHYSICAL_ADDRESS(long.MaxValue);
            Assert.Equal(NDIS_STATUS_FAILURE, NdisAllocateMemory(out void* limited, 4096, 0, limit));
            Assert.True(contiguous == null && both == null && limited == null);
            Assert.Equal(3, log.Count);
            Assert.All(log, line => Assert.Contains("pin", line, StringComparison.OrdinalIgnoreCase));
            Assert.All(log, line => Assert.Contains("Remedy: ", line, StringComparison.Ordinal));
            Assert.Empty(instance.Outstanding);
            Assert.Empty(instance.Reports);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Memory_that_is_not_pinned_has_no_physical_address_and_who_asks_is_told(bool isRecorded)
    {
        Run(isRecorded, (instance, log) =>
        {
            foreach (uint length in (uint[])[100, 1514, 200_000])
            {
                Assert.Equal(NDIS_STATUS_SUCCESS, NdisAllocateMemory(out void* memory, length, 0, s_noLimit));
                new Span<byte>(memory, (int)length).Fill(1);
                Assert.Equal(0, MmGetPhysicalAddress(memory).QuadPart);
                Assert.Equal(0, MmGetPhysicalAddress((byte*)memory + length - 1).QuadPart);
                NdisFreeMemory(memory, length, 0);
            }

            NdisReport report = Assert.Single(instance.Reports);
            Assert.Equal((NdisReportKind.NotPinned, nameof(MmGetPhysicalAddress), 6L), (report.Kind, report.Call, report.Count));
            Assert.Contains("NDIS_MEMORY_CONTIGUOUS", report.Message, StringComparison.Ordinal);
            Assert.Contains(report.ToString(), log);
            ulong local = 0;
            Assert.Equal(0, MmGetPhysicalAddress(&local).QuadPart);
            Assert.Equal(0, MmGetPhysicalAddress(null).QuadPart);
            Assert.Single(instance.Reports);
        });
    }

    private static void Run(bool isRecorded, Action<NdisInstance, List<string>> test)
    {
        using var pool = NonpagedPool.Create(
            new NonpagedPoolOptions { Pins = [], Ladder = [MemoryRung.SmallPages], Verify = isRecorded });
        var log = new List<string>();
        using var instance = new NdisInstance(pool, new NdisOptions { Verify = isRecorded }) { Log = log.Add };
        using (CallContext.Enter(instance.ProgramContext)) test(instance, log);
    }
}

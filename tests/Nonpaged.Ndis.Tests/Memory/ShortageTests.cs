using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;

namespace Nonpaged.Ndis.Tests.Memory;

/// <summary>NdisAllocateMemory where there is no memory: it fails at once, and says why once.</summary>
public sealed unsafe class ShortageTests(ITestOutputHelper output)
{
    private static readonly NDIS_PHYSICAL_ADDRESS s_noLimit = new(-1);

    [Theory]
    [InlineData(64, 0u, false)]
    [InlineData(64, 0u, true)]
    [InlineData(1514, 0u, false)]
    [InlineData(32784, 0u, false)]
    [InlineData(262144, 0u, false)]
    [InlineData(262144, 0u, true)]
    [InlineData(1048576, NDIS_MEMORY_CONTIGUOUS, false)]
    public void At_its_ceiling_a_call_fails_without_an_exception_and_tells_the_ceiling(int length, uint flags, bool verify)
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions
        { Ceiling = 4 << 20, Verify = verify, Ladder = [MemoryRung.Collapsed, MemoryRung.SmallPages] });
        var told = new List<string>();
        using var instance = new NdisInstance(pool, new NdisOptions { Verify = verify }) { Log = told.Add };
        using CallContext.Scope scope = CallContext.Enter(instance.ProgramContext);
        var taken = new List<nint>();
        foreach (uint size in (uint[])[1 << 20, 4096, (uint)length])
        {
            while (NdisAllocateMemory(out void* block, size, 0, s_noLimit) == NDIS_STATUS_SUCCESS) taken.Add((nint)block);
        }

        int exceptions = 0;
        int thread = Environment.CurrentManagedThreadId;
        void Count(object? sender, FirstChanceExceptionEventArgs thrown)
        {
            if (Environment.CurrentManagedThreadId == thread) exceptions++;
        }

        AppDomain.CurrentDomain.FirstChanceException += Count;
        long best = long.MaxValue;
        try
        {
            for (int i = 0; i < 100; i++)
            {
                long start = Stopwatch.GetTimestamp();
                NDIS_STATUS status = NdisAllocateMemory(out void* none, (uint)length, flags, s_noLimit);
                best = long.Min(best, Stopwatch.GetTimestamp() - start);
                Assert.Equal(NDIS_STATUS_FAILURE, status);
                Assert.True(none == null);
            }
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Count;
        }

        output.WriteLine(
            $"{length} bytes: at best {(best * 1e6 / Stopwatch.Frequency).ToString("F1", CultureInfo.InvariantCulture)} us");
        Assert.Equal(0, exceptions);
        Assert.NotEmpty(told);
        Assert.All(told, line => Assert.Contains("ceiling of 4194304 bytes", line, StringComparison.Ordinal));
    }
}

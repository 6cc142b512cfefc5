using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Tests.Memory;

/// <summary>Calls of drivers and programs beside the end of the pool that serves them.</summary>
public sealed unsafe class DisposalTests(ITestOutputHelper output)
{
    private const int Rounds = 200;
    private const int Threads = 3;

    public static TheoryData<string, bool> Calls()
    {
        var data = new TheoryData<string, bool>();
        foreach (string call in (string[])["lookaside", "memory", "pages", "flags", "physical", "local", "virtual"])
        {
            data.Add(call, false);
            data.Add(call, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Beside_calls_of_three_threads_a_pool_ends_and_each_call_completes_fails_or_says_that_it_is_gone(
        string call, bool verify)
    {
        long calls = 0;
        int gone = 0;
        Exception? wrong = null;
        Round? round = null;
        using var barrier = new Barrier(Threads + 1);
        var threads = new Thread[Threads];
        foreach (ref Thread thread in threads.AsSpan())
        {
            thread = new Thread(() =>
            {
                while (true)
                {
                    barrier.SignalAndWait();
                    if (round is not { } current) return;
                    try
                    {
                        Interlocked.Add(ref calls, current.Use(call));
                    }
                    catch (ObjectDisposedException exception) when (exception.ObjectName == current.ObjectName)
                    {
                        Interlocked.Increment(ref gone);
                    }
                    catch (Exception exception)
                    {
                        wrong = exception;
                    }

                    barrier.SignalAndWait();
                }
            })
            { IsBackground = true };
            thread.Start();
        }

        for (int number = 0; number < Rounds; number++)
        {
            using var current = new Round(number, verify);
            round = current;
            barrier.SignalAndWait();
            Thread.SpinWait(number * 97 % 20_000);
            current.Pool.Dispose();
            Assert.True(barrier.SignalAndWait(TimeSpan.FromMinutes(1)), "A thread hangs.");
            if (wrong is not null) Assert.Fail($"Round {number}: {wrong}");
            Assert.Empty(current.Instance.Reports);
        }

        round = null;
        barrier.SignalAndWait();
        foreach (Thread thread in threads) thread.Join();
        output.WriteLine($"{calls} calls completed or failed, {gone} threads were told");
        Assert.True(gone > 0);
    }

    private sealed class Round : IDisposable
    {
        private readonly NPAGED_LOOKASIDE_LIST* _list =
            (NPAGED_LOOKASIDE_LIST*)NativeMemory.AllocZeroed((nuint)sizeof(NPAGED_LOOKASIDE_LIST));

        public Round(int number, bool verify)
        {
            Pool = NonpagedPool.Create(
                new NonpagedPoolOptions { Name = $"round {number}", Verify = verify, Ladder = [MemoryRung.SmallPages] });
            Instance = new NdisInstance(Pool, new NdisOptions { Verify = verify });
            using (CallContext.Enter(Instance.ProgramContext)) NdisInitializeNPagedLookasideList(_list, 0, 192, 0, 0);
        }

        public NonpagedPool Pool { get; }

        public string ObjectName => $"NonpagedPool \"{Pool.Options.Name}\"";

        public NdisInstance Instance { get; }

        /// <summary>Makes calls until one of them began when the pool was gone. How many.</summary>
        public long Use(string call)
        {
            using CallContext.Scope scope = CallContext.Enter(Instance.ProgramContext);
            for (long count = 1; ; count++)
            {
                bool wasGone = Pool.IsDisposed;
                Make(call);
                if (wasGone) return count;
            }
        }

        public void Dispose()
        {
            Instance.Dispose();
            NativeMemory.Free(_list);
        }

        private static bool TryAllocate(uint length, uint flags, out void* block) =>
            NdisAllocateMemory(out block, length, flags, NDIS_PHYSICAL_ADDRESS.None) == NDIS_STATUS_SUCCESS;

        private void Make(string call)
        {
            void* block;
            switch (call)
            {
                case "lookaside":
                    block = NdisAllocateFromNPagedLookasideList(_list);
                    if (block != null) NdisFreeToNPagedLookasideList(_list, block);
                    break;
                case "memory":
                    if (TryAllocate(1514, 0, out block)) NdisFreeMemory(block, 1514, 0);
                    break;
                case "pages":
                    if (TryAllocate(100_000, 0, out block)) NdisFreeMemory(block, 100_000, 0);
                    break;
                case "flags":
                    const uint flags = NDIS_MEMORY_CONTIGUOUS | NDIS_MEMORY_NONCACHED;
                    if (TryAllocate(4096, flags, out block)) NdisFreeMemory(block, 4096, flags);
                    break;
                case "physical":
                    if (!TryAllocate(64, 0, out block)) break;
                    MmGetPhysicalAddress(block);
                    NdisFreeMemory(block, 64, 0);
                    break;
                case "local":
                    block = LocalAlloc(LPTR, 100);
                    if (block == null) break;
                    void* moved = LocalReAlloc(block, 300, LMEM_MOVEABLE);
                    LocalFree(moved == null ? block : moved);
                    break;
                default:
                    block = VirtualAlloc(null, 8192, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
                    if (block == null) break;
                    VirtualFree(block, 4096, MEM_DECOMMIT);
                    VirtualFree(block, 0, MEM_RELEASE);
                    break;
            }
        }
    }
}

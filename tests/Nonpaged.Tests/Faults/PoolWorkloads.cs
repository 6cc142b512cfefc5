using System.Runtime.InteropServices;

namespace Nonpaged.Tests.Faults;

/// <summary>What programs do with a pool. Each gives back all that it took.</summary>
internal static unsafe class PoolWorkloads
{
    public static IEnumerable<(string Name, Action<Attempt> Run)> All =>
    [
        .. Enum.GetValues<MemoryRung>()
            .Where(rung => rung != MemoryRung.GiantPages)
            .Select(rung => ($"allocate on {rung}", (Action<Attempt>)(attempt => OnRung(attempt, rung)))),
        .. Enum.GetValues<MemoryRung>()
            .Where(rung => rung != MemoryRung.GiantPages)
            .Select(rung => ($"pinned by pipes on {rung}", (Action<Attempt>)(attempt => ByPipes(attempt, rung)))),
        ("left unpinned", LeftUnpinned),
        ("allocate by the ladder", Ladder),
        ("small blocks", Small),
        ("grow and shrink", Grow),
        ("unpinned", Unpinned),
        ("contiguous and limited", Search),
        ("reserve", Reserve),
        ("protect", Protect),
        ("import", Import),
        ("export", Export),
        ("machine", Machine),
    ];

    private static NonpagedPoolOptions Options => new() { Name = "faults", IdleRelease = TimeSpan.Zero, SearchEffort = 16 << 20 };

    private static void OnRung(Attempt attempt, MemoryRung rung)
    {
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Create(Options with { Ladder = [rung] }));
        attempt.Allocate(pool, new MemoryRequest(5 << 20) { Pin = PinDemand.Any }).Dispose();
        Assert.Equal(0UL, pool.HeldBytes);
        // All that may be left pinned is the ring itself.
        Assert.InRange(MemlockBudget.Pinned, 0, MemlockBudget.RingCharge);
    }

    private static void ByPipes(Attempt attempt, MemoryRung rung)
    {
        using NonpagedPool pool = attempt.Make(() =>
            NonpagedPool.Create(Options with { Ladder = [rung], Pins = [PinKind.Pipe] }));
        attempt.Allocate(pool, new MemoryRequest(5 << 20) { Pin = PinDemand.Any }).Dispose();
        Assert.Equal((0UL, 0L), (pool.HeldBytes, PipeBudget.Slots));
    }

    private static void LeftUnpinned(Attempt attempt)
    {
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Create(Options with { Ladder = [MemoryRung.SmallPages] }));
        using MemoryBlock block = attempt.Allocate(pool, new MemoryRequest(1 << 20) { Pin = PinDemand.None });
    }

    private static void Ladder(Attempt attempt)
    {
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Create(Options));
        using MemoryBlock one = attempt.Allocate(pool, new MemoryRequest(2 << 20) { Contiguous = true, Pin = PinDemand.Any });
        using MemoryBlock other = attempt.Allocate(pool, new MemoryRequest(6 << 20) { Protectable = true });
    }

    private static void Small(Attempt attempt)
    {
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Create(Options with { Verify = true, ZeroOnFree = true }));
        var blocks = new List<nint>();
        foreach (nuint length in new nuint[] { 16, 100, 1514, 4096, 60_000 })
        {
            attempt.Do(() =>
            {
                blocks.Add((nint)pool.Alloc(length));
                return null;
            });
        }

        foreach (nint block in blocks) pool.Free((void*)block);
        Assert.Equal(0UL, pool.HeldBytes);
    }

    private static void Grow(Attempt attempt)
    {
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Create(Options with { Ceiling = 8 << 20 }));
        for (int round = 0; round < 2; round++)
        {
            MemoryBlock[] blocks = [.. Enumerable.Range(0, 4)
                .Select(_ => attempt.Allocate(pool, new MemoryRequest(2 << 20) { Pin = PinDemand.Any }))];
            foreach (MemoryBlock block in blocks) block.Dispose();
            Assert.Equal(0UL, pool.HeldBytes);
        }
    }

    private static void Unpinned(Attempt attempt)
    {
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Create(Options with { Ladder = [MemoryRung.SmallPages] }));
        using MemoryBlock block = attempt.Allocate(pool, new MemoryRequest(1 << 20));
    }

    private static void Search(Attempt attempt)
    {
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Create(Options with { Ladder = [MemoryRung.Collapsed] }));
        // Below a limit that all memory is below: the search takes its first look, keeps a part of it and punches the rest.
        var limit = new PhysicalAddress(1UL << 46);
        attempt.Allocate(pool, new MemoryRequest(3 << 20) { HighestAcceptableAddress = limit, Pin = PinDemand.Any }).Dispose();
    }

    private static void Reserve(Attempt attempt)
    {
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Create(Options));
        attempt.Do(() => pool.TryReserve(4 << 20, out AllocationFailure? failure) ? null : failure);
        using MemoryBlock block = attempt.Allocate(pool, new MemoryRequest(4 << 20));
    }

    private static void Protect(Attempt attempt)
    {
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Create(Options));
        for (int round = 0; round < 2; round++)
        {
            using MemoryBlock block = attempt.Allocate(pool, new MemoryRequest(16384) { Protectable = true });
            attempt.Do(() =>
                block.TryProtect(4096, 4096, MemoryProtection.ReadOnly, out AllocationFailure? failure) ? null : failure);
        }

        Assert.Equal(0UL, pool.HeldBytes);
    }

    private static void Import(Attempt attempt)
    {
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Create(Options));
        void* memory = NativeMemory.AlignedAlloc(1 << 20, 4096);
        NativeMemory.Clear(memory, 1 << 20);
        attempt.Make(() => pool.Import(memory, 1 << 20)).Dispose();
        NativeMemory.AlignedFree(memory);
    }

    private static void Export(Attempt attempt)
    {
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Create(Options));
        using MemoryBlock block = attempt.Allocate(pool, new MemoryRequest(4096) { Shared = Sharing.ReadWrite });
        attempt.Make(() => pool.Export(block)).Dispose();
    }

    private static void Machine(Attempt attempt)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(
            Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        RandomAccess.SetLength(file, 1 << 20);
        using NonpagedPool pool = attempt.Make(() => NonpagedPool.Over(file, MachineRam.Pc(1 << 20)));
        using MemoryBlock block = attempt.Allocate(pool, new MemoryRequest(100_000) { Contiguous = true });
    }
}

namespace Nonpaged.Tests.Heap;

/// <summary>Threads on the small blocks of a pool, for every schedule anew, and what must hold after any.</summary>
internal sealed unsafe class Story : IDisposable
{
    private readonly HashSet<nint> _live = [];
    private readonly List<Action> _threads = [];

    public Story() => Pool = MakePool();

    public NonpagedPool Pool { get; }

    public IReadOnlyList<Action> Threads => _threads;

    /// <summary>The test disposes of the pool itself.</summary>
    public bool PoolGoes { get; init; }

    public static NonpagedPool MakePool() => NonpagedPool.Create(new NonpagedPoolOptions
    {
        Name = "story",
        Ladder = [MemoryRung.SmallPages],
        // The timer is told to come by the stories.
        IdleRelease = TimeSpan.FromHours(1),
    });

    public Story With(Action thread)
    {
        _threads.Add(thread);
        return this;
    }

    /// <summary>A block that no other thread has.</summary>
    public nint Take(nuint length = 4000)
    {
        nint block = (nint)Pool.Allocate(length);
        if (!_live.Add(block)) throw new InvalidOperationException($"0x{block:x} was handed out twice.");
        *(nint*)block = ~block;
        return block;
    }

    public nint[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Take())];

    public void Give(params ReadOnlySpan<nint> blocks)
    {
        foreach (nint block in blocks)
        {
            if (*(nint*)block != ~block) throw new InvalidOperationException($"0x{block:x} has other contents.");
            if (!_live.Remove(block)) throw new InvalidOperationException($"0x{block:x} is not in use.");
            if (Pool.TryFree((void*)block) is var bad and not BadFree.None) throw new InvalidOperationException($"0x{block:x} is {bad}.");
        }
    }

    /// <summary>What is in use is checked and freed, and then every span is back.</summary>
    public void Check()
    {
        if (PoolGoes) return;
        Give([.. _live]);
        Pool.Trim();
        if (Pool.HeldBytes != Pool.FreeBytes) throw new InvalidOperationException($"{Pool.HeldBytes - Pool.FreeBytes} bytes are not back.");
    }

    public void Dispose() => Pool.Dispose();
}

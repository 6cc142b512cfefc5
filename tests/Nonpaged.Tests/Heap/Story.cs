using System.Runtime.CompilerServices;

namespace Nonpaged.Tests.Heap;

/// <summary>Threads on the small blocks of a pool, for every schedule anew, and what must hold after any.</summary>
internal sealed unsafe class Story : IDisposable
{
    private readonly HashSet<nint> _live = [];
    private readonly List<Action> _threads = [];
    private readonly List<HeapThread> _used = [];
    private readonly List<NonpagedPool> _further = [];

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

    /// <summary>A further pool, which goes with the story.</summary>
    public NonpagedPool MakeNext()
    {
        NonpagedPool pool = MakePool();
        _further.Add(pool);
        return pool;
    }

    public Story With(Action thread)
    {
        _threads.Add(thread);
        return this;
    }

    /// <summary>A thread that uses a pool until the pool is gone: each call completes or says that it is.</summary>
    public Story Until(Func<NonpagedPool> pool, Action<NonpagedPool> calls) => With(() =>
    {
        NonpagedPool used = pool();
        try
        {
            calls(used);
        }
        catch (ObjectDisposedException) when (used.IsDisposed)
        {
            // The pool went before the thread's calls did.
        }
        finally
        {
            _used.Add(HeapThread.Current);
        }
    });

    public Story UntilPoolGoes(Action calls) => Until(() => Pool, _ => calls());

    /// <summary>A block that no other thread has. The memory of a pool that is gone is not touched.</summary>
    public nint Take(nuint length = 4000) => TakeOf(Pool, length);

    public nint TakeOf(NonpagedPool pool, nuint length = 4000)
    {
        nint block = (nint)pool.Alloc(length);
        Own(pool, block);
        return block;
    }

    /// <summary>A thread was handed a block.</summary>
    public void Own(NonpagedPool pool, nint block)
    {
        if (!_live.Add(block)) throw new InvalidOperationException($"0x{block:x} was handed out twice.");
        if (!pool.IsDisposed) *(nint*)block = ~block;
    }

    public nint[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Take())];

    public void Give(params ReadOnlySpan<nint> blocks) => GiveTo(Pool, blocks);

    public void GiveTo(NonpagedPool pool, params ReadOnlySpan<nint> blocks)
    {
        foreach (nint block in blocks)
        {
            if (!pool.IsDisposed && *(nint*)block != ~block)
                throw new InvalidOperationException($"0x{block:x} has other contents.");
            if (!_live.Remove(block)) throw new InvalidOperationException($"0x{block:x} is not in use.");
            if (pool.Give((void*)block) is var bad and not BadFree.None)
                throw new InvalidOperationException($"0x{block:x} is {bad}.");
        }
    }

    /// <summary>What is in use is checked and freed, and then every span is back; of a pool that is gone, its slot.</summary>
    public void Check()
    {
        if (PoolGoes)
        {
            foreach (HeapThread thread in _used) thread.End();
            HeapThread.Pass();
            if (Pool.IsDisposed && PoolParts.HeapOf(Pool) is { } heap && !IsGone(heap))
                throw new InvalidOperationException("The slot is still set aside.");
            return;
        }

        Give([.. _live]);
        Pool.Trim();
        if (Pool.HeldBytes != Pool.FreeBytes)
            throw new InvalidOperationException($"{Pool.HeldBytes - Pool.FreeBytes} bytes are not back.");
    }

    public void Dispose()
    {
        Pool.Dispose();
        foreach (NonpagedPool pool in _further) pool.Dispose();
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_isGone")]
    public static extern ref bool IsGone(MagazineHeap heap);
}

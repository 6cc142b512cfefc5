namespace Nonpaged.Tests.Heap;

/// <summary>Pools of host memory whose small blocks go through magazines.</summary>
internal static unsafe class HeapPools
{
    public static NonpagedPool Make(
        long ceiling = 64 << 20, MemoryRung rung = MemoryRung.SmallPages, TimeSpan? idleRelease = null) =>
        NonpagedPool.Create(new NonpagedPoolOptions
        {
            Name = "heap test",
            Ceiling = ceiling,
            Ladder = [rung],
            IdleRelease = idleRelease ?? TimeSpan.FromHours(1),
        });

    public static ulong InUse(this NonpagedPool pool) => pool.HeldBytes - pool.FreeBytes;

    public static nint[] Take(this NonpagedPool pool, int count, nuint length)
    {
        nint[] blocks = new nint[count];
        for (int i = 0; i < count; i++) blocks[i] = (nint)pool.Alloc(length);
        return blocks;
    }

    public static void Give(this NonpagedPool pool, IEnumerable<nint> blocks)
    {
        foreach (nint block in blocks) pool.Free((void*)block);
    }

    public static void OnThread(Action body)
    {
        Exception? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception exception)
            {
                error = exception;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(error);
    }
}

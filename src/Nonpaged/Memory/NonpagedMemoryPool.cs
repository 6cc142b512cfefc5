using System.Buffers;

namespace Nonpaged;

/// <summary>
/// A pool as .NET's <see cref="MemoryPool{T}"/>: for pipes, streams and sockets. It is a view, which holds nothing of its own.
/// </summary>
internal sealed unsafe class NonpagedMemoryPool : MemoryPool<byte>
{
    // What MemoryPool<byte>.Shared gives where no size is asked for.
    private const int DefaultSize = 4096;

    // By their numbers, which are never used again: an owner that outlived its pool finds nobody.
    private static readonly Lock s_gate = new();
    private static NonpagedMemoryPool?[] s_views = new NonpagedMemoryPool?[4];
    private static int s_count;

    private readonly NonpagedPool _pool;

    // 0 where there were as many views as an owner can tell apart.
    private readonly int _number;

    public NonpagedMemoryPool(NonpagedPool pool)
    {
        _pool = pool;
        lock (s_gate)
        {
            if (s_count == PooledMemory.MaxNumber) return;
            _number = ++s_count;
            if (_number == s_views.Length) Array.Resize(ref s_views, 2 * s_views.Length);
            Volatile.Write(ref s_views[_number], this);
        }
    }

    public override int MaxBufferSize => Array.MaxLength;

    /// <summary>The view of a number; null where its pool is gone.</summary>
    public static NonpagedPool? PoolOf(int number) => Volatile.Read(ref Volatile.Read(ref s_views)[number])?._pool;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        int size = minBufferSize == -1 ? DefaultSize : minBufferSize;
        ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(minBufferSize));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxBufferSize, nameof(minBufferSize));
        // No block has 0 bytes.
        nuint length = nuint.Max((nuint)size, 1);
        if (_number == 0 || !_pool.HasUnrecorded(length)) return _pool.Allocate(new MemoryRequest(length));
        // Before the block, so that none is lost where there is no memory for it.
        var owner = new PooledMemory();
        void* block = _pool.Alloc(length);
        // A large one has a record where magazines have none of it.
        if (length > SizeClass.MaxLength && _pool.Find(block) is { } recorded) return recorded;
        owner.Own(_number, block, SizeClass.Of(length));
        return owner;
    }

    /// <summary>The pool is gone.</summary>
    public void Leave()
    {
        if (_number == 0) return;
        lock (s_gate) Volatile.Write(ref s_views[_number], null);
    }

    /// <summary>Does nothing: the pool is not the view's.</summary>
    protected override void Dispose(bool disposing)
    {
    }
}

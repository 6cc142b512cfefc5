using System.Buffers;
using System.Runtime.CompilerServices;

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
    private static NonpagedPool?[] s_pools = new NonpagedPool?[4];
    private static int s_count;

    private readonly NonpagedPool _pool;

    // Here, so that nothing looks whether it is made yet.
    private readonly ushort* _classes = SizeClass.Magazines;

    // Given when memory is rented first: 0 before, and where there were as many as an owner can tell apart.
    private int _number;
    private bool _isAsked;

    // Small blocks are of magazines, and their owners have one word.
    private bool _isQuick;

    public NonpagedMemoryPool(NonpagedPool pool) => _pool = pool;

    public override int MaxBufferSize => Array.MaxLength;

    /// <summary>The pool of a number; null where it is gone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NonpagedPool? PoolOf(int number) => Volatile.Read(ref Volatile.Read(ref s_pools)[number]);

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        if ((uint)(minBufferSize - 1) >= SizeClass.MaxLength || !_isQuick) return RentOther(minBufferSize);
        // Before the block, so that none is lost where there is no memory for it.
        var owner = new PooledMemory();
        int sizeClass = _classes[((uint)minBufferSize + (SizeClass.Granule - 1)) / SizeClass.Granule] >> Magazine.SizeShift;
        owner.Own(_number, _pool.Alloc((nuint)minBufferSize), sizeClass);
        return owner;
    }

    /// <summary>The pool is gone.</summary>
    public void Leave()
    {
        lock (s_gate)
        {
            _isAsked = true;
            if (_number != 0) Volatile.Write(ref s_pools[_number], null);
        }
    }

    /// <summary>Does nothing: the pool is not the view's.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private IMemoryOwner<byte> RentOther(int minBufferSize)
    {
        if (minBufferSize == -1) return Rent(DefaultSize);
        ArgumentOutOfRangeException.ThrowIfNegative(minBufferSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        // No block has 0 bytes.
        nuint length = nuint.Max((nuint)minBufferSize, 1);
        AskForNumber();
        if (!_isQuick || !_pool.HasUnrecorded(length)) return _pool.Allocate(new MemoryRequest(length));
        var owner = new PooledMemory();
        void* block = _pool.Alloc(length);
        // A large one has a record where magazines have none of it.
        if (length > SizeClass.MaxLength && _pool.Find(block) is { } recorded) return recorded;
        owner.Own(_number, block, SizeClass.Of(length));
        return owner;
    }

    private void AskForNumber()
    {
        lock (s_gate)
        {
            if (_isAsked || s_count == PooledMemory.MaxNumber) return;
            _isAsked = true;
            _number = ++s_count;
            if (_number == s_pools.Length) Array.Resize(ref s_pools, 2 * s_pools.Length);
            Volatile.Write(ref s_pools[_number], _pool);
            Volatile.Write(ref _isQuick, _pool.HasUnrecorded(1));
        }
    }
}

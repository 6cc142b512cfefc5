using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Memory that was obtained for a request. It stays where it is until it is disposed, its address is freed, or its pool is
/// disposed. There is no finalizer, because a device may still write to memory that the program has forgotten; what was forgotten
/// is told when the pool is disposed (<see cref="NonpagedPool.LeftBehind"/>).
/// </summary>
/// <remarks>
/// It is an <see cref="IMemoryOwner{T}"/>: <see cref="MemoryManager{T}.Memory"/> goes wherever .NET takes memory, and across
/// <see langword="await"/>. Each access through it checks that the block is still there. A <see cref="Span{T}"/> is not checked
/// once it was made, nor is what <see cref="Pin"/> gave: neither may be used after the block is disposed. Thread-safe.
/// </remarks>
/// <example>
/// <code>
/// using MemoryBlock ring = NonpagedPool.Default.Allocate(new MemoryRequest(4096) { Contiguous = true });
/// ring.AsSpan().Clear();
/// await socket.ReceiveAsync(ring.Memory);
/// </code>
/// </example>
public sealed unsafe class MemoryBlock : MemoryManager<byte>, IPageOwner
{
    private readonly NonpagedPool _pool;
    private nuint _start;
    private readonly AllocationStack? _stack;
    private ObtainedMemory? _obtained;

    internal MemoryBlock(NonpagedPool pool, MemoryRequest request)
    {
        _pool = pool;
        Request = request;
        if (pool.Options.AllocationStacks) _stack = new AllocationStack();
    }

    /// <summary>Its first byte; null where the block, or its pool, is gone.</summary>
    public void* Address => IsFreed ? null : (void*)_start;

    /// <summary>Its length in bytes, as asked for.</summary>
    public nuint Length => Request.Length;

    /// <summary>The pool that it is of.</summary>
    public NonpagedPool Pool => _pool;

    /// <summary>What was asked for.</summary>
    public MemoryRequest Request { get; }

    /// <summary>
    /// Who allocated it, one method a line; null without <see cref="NonpagedPoolOptions.AllocationStacks"/>.
    /// </summary>
    public string? AllocationStack => _stack?.ToString();

    /// <summary>
    /// What was obtained, and how that is known. Computed at the first use and kept, also after the block is freed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The block is freed and this was never asked for.</exception>
    public ObtainedMemory Obtained => _obtained ??= _pool.Describe(this);

    /// <summary>Its memory as bytes. Not to be used after the block is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The block, or its pool, is gone.</exception>
    /// <exception cref="InvalidOperationException">The block is longer than a span can be (2 GiB - 1): use
    /// <see cref="AsSpan(long, int)"/>.</exception>
    public Span<byte> AsSpan()
    {
        if (Length > int.MaxValue)
        {
            throw new InvalidOperationException($"The block of {Length} bytes is longer than a span can be ({int.MaxValue} "
                + "bytes). AsSpan(start, length) gives a part of it.");
        }

        return AsSpan(0L, (int)Length);
    }

    /// <summary>A part of its memory as bytes.</summary>
    /// <param name="start">The first byte's offset.</param>
    /// <param name="length">How many bytes.</param>
    /// <exception cref="ObjectDisposedException">The block, or its pool, is gone.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part is not within the block.</exception>
    public Span<byte> AsSpan(long start, int length)
    {
        nuint first = ThrowIfGone();
        ThrowIfOutside(start, nameof(start));
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, (long)Length - start, nameof(length));
        return new Span<byte>((byte*)first + start, length);
    }

    /// <summary>Its memory as elements of a type: as many as fit. Not to be used after the block is disposed.</summary>
    /// <typeparam name="T">Such as a descriptor, whose layout the device knows.</typeparam>
    /// <exception cref="ObjectDisposedException">The block, or its pool, is gone.</exception>
    /// <exception cref="InvalidOperationException">There are more elements than a span can have.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        nuint first = ThrowIfGone();
        nuint count = Length / (nuint)sizeof(T);
        if (count > int.MaxValue)
        {
            throw new InvalidOperationException($"The block has room for {count} elements of {typeof(T).Name}, and a span can "
                + $"have {int.MaxValue}. AsSpan(start, length) gives a part of it.");
        }

        return new Span<T>((void*)first, (int)count);
    }

    /// <summary>One element of a type in its memory. Not to be used after the block is disposed.</summary>
    /// <param name="offset">Where it starts, in bytes.</param>
    /// <exception cref="ObjectDisposedException">The block, or its pool, is gone.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It is not within the block.</exception>
    public ref T At<T>(long offset)
        where T : unmanaged
    {
        nuint first = ThrowIfGone();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, (long)Length - sizeof(T));
        return ref Unsafe.AsRef<T>((byte*)first + offset);
    }

    /// <summary>The same as <see cref="AsSpan()"/>.</summary>
    public override Span<byte> GetSpan() => AsSpan();

    /// <summary>
    /// Its address for a call that takes a pointer. The memory never moves, so nothing is pinned by it, and
    /// <see cref="Unpin"/> does nothing.
    /// </summary>
    /// <param name="elementIndex">The byte that is pointed to.</param>
    /// <exception cref="ObjectDisposedException">The block, or its pool, is gone.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The byte is not within the block, nor just behind it.</exception>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        nuint first = ThrowIfGone();
        ThrowIfOutside(elementIndex, nameof(elementIndex));
        return new MemoryHandle((byte*)first + elementIndex, default, this);
    }

    /// <summary>Does nothing: see <see cref="Pin"/>.</summary>
    public override void Unpin()
    {
    }

    /// <summary>
    /// Where a device finds its first byte; the next ones follow as far as one physical range goes, which is all of the block
    /// where it was asked for as <see cref="MemoryRequest.Contiguous"/>. Null where the address is not known, or may change: see
    /// <see cref="NonpagedPool.TryTranslate"/>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The block, or its pool, is gone.</exception>
    public PhysicalAddress? PhysicalAddress =>
        _pool.TryTranslate((void*)ThrowIfGone(), out PhysicalAddress physical) ? physical : null;

    /// <summary>Where a device finds one of its bytes. Takes no lock and makes no system call.</summary>
    /// <param name="offset">The byte's offset.</param>
    /// <param name="physical">The address.</param>
    /// <returns>False where the address is not known, or may change: see <see cref="NonpagedPool.TryTranslate"/>.</returns>
    /// <exception cref="ObjectDisposedException">The block, or its pool, is gone.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The byte is not within the block.</exception>
    public bool TryTranslate(long offset, out PhysicalAddress physical)
    {
        nuint first = ThrowIfGone();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, (long)Length);
        return _pool.TryTranslate((byte*)first + offset, out physical);
    }

    /// <inheritdoc cref="TryTranslate"/>
    /// <exception cref="InvalidOperationException">The address is not known, or may change.</exception>
    public PhysicalAddress Translate(long offset) => TryTranslate(offset, out PhysicalAddress physical) ? physical
        : throw new InvalidOperationException($"The block's physical address is not known: {Obtained.Evidence}");

    /// <summary>
    /// Changes the protection of some of its pages; the block was asked for as <see cref="MemoryRequest.Protectable"/>. When it
    /// is freed its pages become readable and writable again.
    /// </summary>
    /// <param name="offset">Where the first page starts, in bytes.</param>
    /// <param name="length">In bytes; rounded up to whole pages.</param>
    /// <param name="protection">What the program may do with them.</param>
    /// <exception cref="AllocationException">The protection is as it was: the block is not protectable, or the process has as
    /// many mappings as it may.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the block, or does not start on a page.</exception>
    /// <exception cref="ObjectDisposedException">The block, or its pool, is gone.</exception>
    public void Protect(nuint offset, nuint length, MemoryProtection protection)
    {
        if (!TryProtect(offset, length, protection, out AllocationFailure? failure)) throw new AllocationException(failure);
    }

    /// <inheritdoc cref="Protect"/>
    /// <param name="offset">Where the first page starts, in bytes.</param>
    /// <param name="length">In bytes; rounded up to whole pages.</param>
    /// <param name="protection">What the program may do with them.</param>
    /// <param name="failure">Why the protection is as it was.</param>
    /// <returns>False where the protection is as it was.</returns>
    public bool TryProtect(
        nuint offset, nuint length, MemoryProtection protection, [NotNullWhen(false)] out AllocationFailure? failure)
    {
        failure = ProtectOrFail(offset, length, protection);
        return failure is null;
    }

    private AllocationFailure? ProtectOrFail(nuint offset, nuint length, MemoryProtection protection)
    {
        nuint start = ThrowIfGone();
        ArgumentOutOfRangeException.ThrowIfNotEqual(offset % Page.Size, 0u);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Page.RoundUp(Length, Page.Size) - length);
        if (!Request.Protectable)
            return AddressSpaceFailures.NotProtectable();
        int bits = protection switch
        {
            MemoryProtection.None => LibC.PROT_NONE,
            MemoryProtection.ReadOnly => LibC.PROT_READ,
            _ => LibC.PROT_READ | LibC.PROT_WRITE,
        };
        using PoolLife.Holding held = _pool.Hold();
        SysResult result = LibC.MProtect((byte*)start + offset, Page.RoundUp(length, Page.Size), bits);
        return !result.IsError ? null : AddressSpaceFailures.NotProtected(length, result.Errno);
    }

    /// <summary>It was given back, or went with its pool.</summary>
    public bool IsFreed => _start == 0 || _pool.IsDisposed;

    internal nuint Start => _start;

    /// <summary>Where it starts, also after it was freed.</summary>
    internal nuint LastStart { get; private set; }

    /// <summary>The place among the owners of pages; 0 for a small block, which shares its own.</summary>
    internal int Place { get; private set; }

    // Also while its pages are given back.
    nuint IPageOwner.Start => LastStart;

    int IPageOwner.Place => Place;

    void IPageOwner.OnTaken(nuint start, int place) => OnTaken(start, place);

    internal void OnTaken(nuint start, int place)
    {
        LastStart = start;
        Place = place;
        _start = start;
    }

    internal void MarkFreed() => _start = 0;

    private void ThrowIfOutside(long start, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, (long)Length, name);
    }

    /// <summary>Where it starts.</summary>
    private nuint ThrowIfGone()
    {
        _pool.ThrowIfDisposed();
        nuint start = Volatile.Read(ref _start);
        ObjectDisposedException.ThrowIf(start == 0, this);
        return start;
    }

    /// <inheritdoc cref="NonpagedPool.Export(MemoryBlock)"/>
    public ExportedMemory Export() => _pool.Export(this);

    /// <summary>Gives the memory back. Further calls do nothing.</summary>
    public void Dispose() => _pool.Free(this);

    /// <inheritdoc/>
    public override string ToString() => IsFreed ? $"MemoryBlock of {Length} bytes, freed"
        : $"MemoryBlock of {Length} bytes at 0x{_start:x}, pool \"{_pool.Options.Name}\"";

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _pool.Free(this);
}

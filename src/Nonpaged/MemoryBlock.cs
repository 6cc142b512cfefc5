using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Memory that was obtained for a request. It stays where it is until it is disposed, and nothing else gives it back: there is no
/// finalizer, because a device may still write to memory that the program has forgotten.
/// </summary>
public sealed unsafe class MemoryBlock : IDisposable
{
    private readonly NonpagedPool _pool;
    private ObtainedMemory? _obtained;

    internal MemoryBlock(NonpagedPool pool, MemoryRequest request, nuint address)
    {
        _pool = pool;
        Request = request;
        Address = (void*)address;
        LastStart = address;
    }

    /// <summary>Its first byte.</summary>
    public void* Address { get; private set; }

    /// <summary>Its length in bytes, as asked for.</summary>
    public nuint Length => Request.Length;

    /// <summary>What was asked for.</summary>
    public MemoryRequest Request { get; }

    /// <summary>What was obtained, and how that is known. Computed at the first use and kept, also after the block is freed.</summary>
    /// <exception cref="ObjectDisposedException">The block is freed and this was never asked for.</exception>
    public ObtainedMemory Obtained => _obtained ??= _pool.Describe(this);

    /// <summary>Its memory as bytes. Not to be used after the block is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The block is freed.</exception>
    /// <exception cref="OverflowException">The block is longer than a span can be (2 GiB - 1).</exception>
    public Span<byte> AsSpan()
    {
        ObjectDisposedException.ThrowIf(IsFreed, this);
        return new Span<byte>(Address, checked((int)Length));
    }

    /// <summary>
    /// Changes the protection of some of its pages; the block was asked for as <see cref="MemoryRequest.Protectable"/>. When it is freed its pages become readable and
    /// writable again.
    /// </summary>
    /// <param name="offset">Where the first page starts, in bytes.</param>
    /// <param name="length">In bytes; rounded up to whole pages.</param>
    /// <param name="protection">What the program may do with them.</param>
    /// <returns>Null, or why the protection is as it was.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the block, or does not start on a page.</exception>
    public AllocationFailure? Protect(nuint offset, nuint length, MemoryProtection protection)
    {
        ObjectDisposedException.ThrowIf(IsFreed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(offset % Page.Size, 0u);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Page.RoundUp(Length, Page.Size) - length);
        if (!Request.Protectable)
            return new AllocationFailure(FailureKind.NotProtectable, "The protection of this block cannot be changed.", "a block that was not asked for as protectable", "ask for a protectable block");
        int bits = protection switch
        {
            MemoryProtection.None => LibC.PROT_NONE,
            MemoryProtection.ReadOnly => LibC.PROT_READ,
            _ => LibC.PROT_READ | LibC.PROT_WRITE,
        };
        SysResult result = LibC.ProtectMemory((byte*)Address + offset, Page.RoundUp(length, Page.Size), bits);
        return !result.IsError ? null : new AllocationFailure(FailureKind.AddressSpace,
            $"The protection of {length} bytes cannot be changed ({result.Errno}).", "the process's number of mappings (vm.max_map_count)", "sysctl -w vm.max_map_count=262144") { Errno = (int)result.Errno };
    }

    /// <summary>It was given back.</summary>
    public bool IsFreed => Address == null;

    internal nuint Start => (nuint)Address;

    /// <summary>Where it starts, also after it was freed.</summary>
    internal nuint LastStart { get; }

    internal int Place { get; set; }

    internal void MarkFreed() => Address = null;

    /// <summary>Gives the memory back. Further calls do nothing.</summary>
    public void Dispose() => _pool.Free(this);
}

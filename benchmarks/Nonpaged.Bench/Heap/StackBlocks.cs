using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged.Bench;

/// <summary>
/// No allocator, but what is left of a row without one: a stack of addresses that knows no sizes and no threads, checks nothing,
/// and has the blocks of a pool's. For rows of one size on one thread.
/// </summary>
internal readonly unsafe struct StackBlocks : IBlocks<nint>
{
    // More than the largest row has.
    private const nuint Capacity = 1 << 24;

    private readonly nint* _floor;
    private readonly nint** _top;

    public StackBlocks()
    {
        _floor = (nint*)NativeMemory.AlignedAlloc(Capacity * (nuint)sizeof(nint), (nuint)Environment.SystemPageSize);
        _top = (nint**)NativeMemory.AlignedAlloc((nuint)Environment.SystemPageSize, (nuint)Environment.SystemPageSize);
        *_top = _floor;
    }

    public static bool IsSized => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Allocate(nuint size)
    {
        nint* top = *_top;
        if (top == _floor) return (nint)NonpagedPool.Default.Alloc(size);
        *_top = top - 1;
        return top[-1];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(nint block, nuint size)
    {
        nint* top = *_top;
        *top = block;
        *_top = top + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteFirst(nint block, ulong value) => Volatile.Write(ref *(ulong*)block, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(nint block, nuint at, byte value) => Volatile.Write(ref ((byte*)block)[at], value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Allocate(Span<nint> blocks, nuint size)
    {
        if (*_top - _floor < blocks.Length)
        {
            foreach (ref nint block in blocks) block = Allocate(size);
            return;
        }

        *_top -= blocks.Length;
        new ReadOnlySpan<nint>(*_top, blocks.Length).CopyTo(blocks);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(ReadOnlySpan<nint> blocks, nuint size)
    {
        blocks.CopyTo(new Span<nint>(*_top, blocks.Length));
        *_top += blocks.Length;
    }

    public (ulong Held, ulong Free) Memory() => (ProcessMemory.Resident, 0);
}

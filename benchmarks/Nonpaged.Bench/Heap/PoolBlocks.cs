using System.Runtime.CompilerServices;

namespace Nonpaged.Bench;

/// <summary>Ours.</summary>
internal readonly unsafe struct PoolBlocks(NonpagedPool pool) : IBlocks<nint>, IZeroedBlocks<nint>
{
    public static bool IsSized => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Allocate(nuint size) => (nint)pool.Alloc(size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(nint block, nuint size) => pool.Free((void*)block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteFirst(nint block, ulong value) => Volatile.Write(ref *(ulong*)block, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(nint block, nuint at, byte value) => Volatile.Write(ref ((byte*)block)[at], value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Allocate(Span<nint> blocks, nuint size) => pool.Alloc(blocks, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(ReadOnlySpan<nint> blocks, nuint size) => pool.Free(blocks);

    public nint AllocateZeroed(nuint size) => (nint)pool.AllocZeroed(size);

    // The pool's own memory is shared (memory files, huge pages), so what is resident beside that is all that it keeps about it.
    public (ulong Held, ulong Free) Memory() => (pool.HeldBytes + ProcessMemory.ResidentPrivate, pool.FreeBytes);
}

using System.Runtime.CompilerServices;

namespace Nonpaged.Bench;

/// <summary>Ours.</summary>
internal readonly unsafe struct PoolBlocks(NonpagedPool pool) : IBlocks<nint>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Allocate(nuint size) => (nint)pool.Allocate(size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(nint block) => pool.Free((void*)block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteFirst(nint block, ulong value) => Volatile.Write(ref *(ulong*)block, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(nint block, nuint at, byte value) => Volatile.Write(ref ((byte*)block)[at], value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Allocate(Span<nint> blocks, nuint size) => pool.Allocate(blocks, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(ReadOnlySpan<nint> blocks) => pool.Free(blocks);

    // The pool's own memory is shared (memory files, huge pages), so what is resident beside that is all that it keeps about it.
    public (ulong Held, ulong Free) Memory() => (pool.HeldBytes + ProcessMemory.ResidentPrivate, pool.FreeBytes);
}

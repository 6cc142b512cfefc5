using System.Runtime.CompilerServices;

namespace Nonpaged.Bench;

/// <summary>Ours, where each free is told the length.</summary>
internal readonly unsafe struct SizedBlocks(NonpagedPool pool) : IBlocks<nint>, IZeroedBlocks<nint>
{
    public static bool IsSized => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Allocate(nuint size) => (nint)pool.Alloc(size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(nint block, nuint size) => pool.Free((void*)block, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(ReadOnlySpan<nint> blocks, nuint size) => pool.Free(blocks, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteFirst(nint block, ulong value) => Volatile.Write(ref *(ulong*)block, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(nint block, nuint at, byte value) => Volatile.Write(ref ((byte*)block)[at], value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Allocate(Span<nint> blocks, nuint size) => pool.Alloc(blocks, size);

    public nint AllocateZeroed(nuint size) => (nint)pool.AllocZeroed(size);

    public (ulong Held, ulong Free) Memory() => (pool.HeldBytes + ProcessMemory.ResidentPrivate, pool.FreeBytes);
}

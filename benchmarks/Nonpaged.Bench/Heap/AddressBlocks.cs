using System.Runtime.CompilerServices;

namespace Nonpaged.Bench;

/// <summary>An allocator of addresses that has no calls for several blocks, so that those are loops.</summary>
internal readonly unsafe struct AddressBlocks<TCalls>(TCalls calls) : IBlocks<nint>
    where TCalls : struct, ICalls
{
    public static bool IsSized => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Allocate(nuint size) => calls.Allocate(size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(nint block, nuint size) => calls.Free(block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteFirst(nint block, ulong value) => Volatile.Write(ref *(ulong*)block, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(nint block, nuint at, byte value) => Volatile.Write(ref ((byte*)block)[at], value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Allocate(Span<nint> blocks, nuint size)
    {
        foreach (ref nint block in blocks) block = calls.Allocate(size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(ReadOnlySpan<nint> blocks, nuint size)
    {
        foreach (nint block in blocks) calls.Free(block);
    }

    public (ulong Held, ulong Free) Memory() => (ProcessMemory.Resident, 0);
}

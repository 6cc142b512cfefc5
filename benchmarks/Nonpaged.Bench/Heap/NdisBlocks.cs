using System.Runtime.CompilerServices;
using Nonpaged.Ndis;

namespace Nonpaged.Bench;

/// <summary>Ours by the calls of NDIS: NdisAllocateMemory with flags 0 and no limit, NdisFreeMemory. For rows of one block after the other.</summary>
internal readonly unsafe struct NdisBlocks : IBlocks<nint>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Allocate(nuint size) =>
        NdisLibrary.NdisAllocateMemory(out void* block, (uint)size, 0, NDIS_PHYSICAL_ADDRESS.None) == NDIS_STATUS.NDIS_STATUS_SUCCESS
            ? (nint)block
            : throw new BenchException("NdisAllocateMemory failed.");

    // Where the flags are 0 a length of 0 passes for any.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(nint block) => NdisLibrary.NdisFreeMemory((void*)block, 0, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteFirst(nint block, ulong value) => Volatile.Write(ref *(ulong*)block, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(nint block, nuint at, byte value) => Volatile.Write(ref ((byte*)block)[at], value);

    public void Allocate(Span<nint> blocks, nuint size)
    {
        foreach (ref nint block in blocks) block = Allocate(size);
    }

    public void Free(ReadOnlySpan<nint> blocks)
    {
        foreach (nint block in blocks) Free(block);
    }

    public (ulong Held, ulong Free) Memory() => (ProcessMemory.Resident, 0);
}

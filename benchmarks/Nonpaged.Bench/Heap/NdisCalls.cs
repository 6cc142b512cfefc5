using System.Runtime.CompilerServices;
using Nonpaged.Ndis;

namespace Nonpaged.Bench;

/// <summary>
/// Ours by the calls of NDIS: NdisAllocateMemory with flags 0 and no limit, NdisFreeMemory. For rows of one block after the
/// other.
/// </summary>
internal readonly unsafe struct NdisCalls : ICalls
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Allocate(nuint size) =>
        NdisLibrary.NdisAllocateMemory(
            out void* block, (uint)size, 0, NDIS_PHYSICAL_ADDRESS.None) == NDIS_STATUS.NDIS_STATUS_SUCCESS
            ? (nint)block
            : throw new BenchException("NdisAllocateMemory failed.");

    // Where the flags are 0 a length of 0 passes for any.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(nint block) => NdisLibrary.NdisFreeMemory((void*)block, 0, 0);
}

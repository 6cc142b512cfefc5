using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged.Bench;

/// <summary>The owners of a MemoryPool: .NET's shared one, or ours.</summary>
internal readonly struct MemoryBlocks(MemoryPool<byte> pool) : IBlocks<IMemoryOwner<byte>>
{
    public static bool IsSized => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IMemoryOwner<byte> Allocate(nuint size) => pool.Rent((int)size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(IMemoryOwner<byte> block, nuint size) => block.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteFirst(IMemoryOwner<byte> block, ulong value) =>
        Volatile.Write(ref Unsafe.As<byte, ulong>(ref MemoryMarshal.GetReference(block.Memory.Span)), value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(IMemoryOwner<byte> block, nuint at, byte value) => Volatile.Write(ref block.Memory.Span[(int)at], value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Allocate(Span<IMemoryOwner<byte>> blocks, nuint size)
    {
        foreach (ref IMemoryOwner<byte> block in blocks) block = Allocate(size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(ReadOnlySpan<IMemoryOwner<byte>> blocks, nuint size)
    {
        foreach (IMemoryOwner<byte> block in blocks) Free(block, size);
    }

    public (ulong Held, ulong Free) Memory() => (ProcessMemory.Resident, 0);
}

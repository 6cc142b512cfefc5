using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged.Bench;

/// <summary>.NET's shared pool of arrays.</summary>
internal readonly struct ArrayBlocks : IBlocks<byte[]>
{
    public static bool IsSized => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte[] Allocate(nuint size) => ArrayPool<byte>.Shared.Rent((int)size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(byte[] block, nuint size) => ArrayPool<byte>.Shared.Return(block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteFirst(byte[] block, ulong value) =>
        Volatile.Write(ref Unsafe.As<byte, ulong>(ref MemoryMarshal.GetArrayDataReference(block)), value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(byte[] block, nuint at, byte value) => Volatile.Write(ref block[at], value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Allocate(Span<byte[]> blocks, nuint size)
    {
        foreach (ref byte[] block in blocks) block = Allocate(size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(ReadOnlySpan<byte[]> blocks, nuint size)
    {
        foreach (byte[] block in blocks) Free(block, size);
    }

    public (ulong Held, ulong Free) Memory() => (ProcessMemory.Resident, 0);
}

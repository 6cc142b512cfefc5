using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Bench;

/// <summary>
/// Ours in a machine's RAM: physically contiguous, at an address that a card with 24 address lines reaches. For rows of 4 KiB.
/// The RAM is a file of 64 MiB that lies as that of QEMU's machines does, without what is below 1 MiB.
/// </summary>
internal readonly unsafe struct DmaBlocks : IBlocks<MemoryBlock>
{
    private const ulong RamBytes = 64 << 20;
    private const ulong FirstMebibyte = 1 << 20;
    private const ulong Highest = (16 << 20) - 1;

    private readonly NonpagedPool _pool;

    public DmaBlocks()
    {
        SysResult made = LibC.MemFdCreate("bench-ram", LibC.MFD_CLOEXEC, out SafeFileHandle file);
        if (!made.IsError) made = LibC.FTruncate(file, (long)RamBytes);
        if (made.IsError) throw new BenchException($"There is no file for the machine's RAM: {made.Errno}.");
        // It lives as long as the process.
        _pool = NonpagedPool.Over(
            file, [new MemoryPiece(FirstMebibyte, RamBytes - FirstMebibyte, new PhysicalAddress(FirstMebibyte))]);
    }

    public static bool IsSized => false;

    public MemoryBlock Allocate(nuint size) => _pool.Allocate(
        new MemoryRequest(size) { Contiguous = true, HighestAcceptableAddress = new PhysicalAddress(Highest) });

    public void Free(MemoryBlock block, nuint size) => block.Dispose();

    public void WriteFirst(MemoryBlock block, ulong value) => Volatile.Write(ref *(ulong*)block.Address, value);

    public void Write(MemoryBlock block, nuint at, byte value) => Volatile.Write(ref ((byte*)block.Address)[at], value);

    public void Allocate(Span<MemoryBlock> blocks, nuint size)
    {
        foreach (ref MemoryBlock block in blocks) block = Allocate(size);
    }

    public void Free(ReadOnlySpan<MemoryBlock> blocks, nuint size)
    {
        foreach (MemoryBlock block in blocks) block.Dispose();
    }

    public (ulong Held, ulong Free) Memory() => (_pool.HeldBytes + ProcessMemory.ResidentPrivate, _pool.FreeBytes);
}

using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Tests;

/// <summary>A memory file that plays a machine's RAM.</summary>
internal sealed class MachineRam : IDisposable
{
    public MachineRam(ulong length)
    {
        Assert.False(LibC.MemFdCreate("test-ram", LibC.MFD_CLOEXEC, out SafeFileHandle descriptor).IsError);
        Assert.False(LibC.FTruncate(descriptor, (long)length).IsError);
        Descriptor = descriptor;
    }

    public SafeFileHandle Descriptor { get; }

    /// <summary>
    /// Where QEMU's q35 has its RAM: from page 1 up to the hole below 1 MiB, from 1 MiB up to 2 GiB, and the rest from 4 GiB on.
    /// </summary>
    public static IReadOnlyList<MemoryPiece> Pc(ulong length)
    {
        const ulong low = 2UL << 30;
        var pieces = new List<MemoryPiece> { new(0x1000, 0x9f000, new PhysicalAddress(0x1000)) };
        if (length > 0x100000) pieces.Add(new(0x100000, Math.Min(length, low) - 0x100000, new PhysicalAddress(0x100000)));
        if (length > low) pieces.Add(new(low, length - low, new PhysicalAddress(4UL << 30)));
        return pieces;
    }

    /// <summary>Single pages, each one's neighbour in virtual memory somewhere else in physical memory.</summary>
    public static IReadOnlyList<MemoryPiece> Permuted(int firstPage, int pages, int seed)
    {
        int[] order = [.. Enumerable.Range(firstPage, pages)];
        new Random(seed).Shuffle(order);
        return [.. order.Select(page => new MemoryPiece((ulong)page << 12, 4096, new PhysicalAddress((ulong)page << 12)))];
    }

    public NonpagedPool Pool(IReadOnlyList<MemoryPiece> layout, bool verify = true) =>
        NonpagedPool.Over(Descriptor, layout, new NonpagedPoolOptions { Name = "test", Verify = verify });

    public void Dispose() => Descriptor.Dispose();
}

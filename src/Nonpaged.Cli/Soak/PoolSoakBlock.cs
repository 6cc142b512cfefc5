using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>A block of a soak, with a pattern that only it has.</summary>
internal sealed unsafe class PoolSoakBlock(NonpagedPool pool, MemoryBlock? run, void* address, nuint length, ulong key)
{
    private readonly PhysicalAddress? _first = pool.TryTranslate(address, out PhysicalAddress physical) ? physical : null;

    public nuint Length => length;

    /// <summary>The physical address of its first byte, where that is known.</summary>
    public PhysicalAddress? First => _first;

    /// <summary>What was asked for is what the block says that it has.</summary>
    public string? CheckGuarantees()
    {
        if (run is not { Request: var request, Obtained: var obtained }) return null;
        bool holds = obtained.Resident && (obtained.Pinned || request.Pin is PinDemand.WherePossible or PinDemand.None)
            && (obtained.Contiguous || !request.Contiguous)
            && (nuint)address % nuint.Max(request.Alignment, 1) == 0
            && (request.HighestAcceptableAddress == PhysicalAddress.Max
                || obtained.PhysicalRanges.All(range => range.Last <= request.HighestAcceptableAddress));
        return holds ? null : $"{request} got {obtained}: {string.Join(", ", obtained.PhysicalRanges)}";
    }

    public void Fill()
    {
        ulong* words = (ulong*)address;
        for (nuint i = 0; i < length / 8; i++) words[i] = Word(i);
        for (nuint i = length & ~(nuint)7; i < length; i++) ((byte*)address)[i] = (byte)key;
    }

    public string? Check()
    {
        ulong* words = (ulong*)address;
        for (nuint i = 0; i < length / 8; i++)
        {
            if (words[i] != Word(i)) return $"The byte at 0x{(nuint)(words + i):x} of a block of {length} bytes changed.";
        }

        for (nuint i = length & ~(nuint)7; i < length; i++)
        {
            if (((byte*)address)[i] != (byte)key)
                return $"The byte at 0x{(nuint)address + i:x} of a block of {length} bytes changed.";
        }

        return null;
    }

    /// <summary>The first page is where it was when the block was allocated, by the kernel's own table.</summary>
    public string? CheckFrame(out bool isKnown)
    {
        ulong entry = 0;
        SysResult read = PageMapFile.Read((void*)((nuint)address & ~(nuint)(Page.Size - 1)), new Span<ulong>(ref entry));
        isKnown = !read.IsError && _first is not null && (entry & PageMapFile.FrameMask) != 0 && run is { Obtained.Pinned: true };
        ulong frame = (entry & PageMapFile.FrameMask) << Page.Shift;
        return !isKnown || frame == (_first!.Value.Value & ~(ulong)(Page.Size - 1)) ? null
            : $"0x{(nuint)address:x} moved from {_first} to 0x{frame:x}.";
    }

    public string? Free()
    {
        if (run is not null)
            run.Dispose();
        else if (pool.Give(address, length) is var bad and not BadFree.None)
            return $"A free of 0x{(nuint)address:x}, {length} bytes, is {bad}.";
        return null;
    }

    private ulong Word(nuint index) => (key + index) * 0x9E3779B97F4A7C15;
}

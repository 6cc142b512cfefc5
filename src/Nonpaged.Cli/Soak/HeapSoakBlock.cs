using System.Runtime.CompilerServices;

namespace Nonpaged.Cli;

/// <summary>A small block of a soak, filled with one word that no other has.</summary>
internal readonly unsafe struct HeapSoakBlock(void* address, int length, ulong word)
{
    public bool IsNone => address == null;

    public void* Address => address;

    public int Length => length;

    /// <summary>To the last byte.</summary>
    public void Fill()
    {
        int words = length / sizeof(ulong);
        new Span<ulong>(address, words).Fill(word);
        for (int i = words * sizeof(ulong); i < length; i++) ((byte*)address)[i] = (byte)word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Check()
    {
        int words = length / sizeof(ulong);
        bool holds = new ReadOnlySpan<ulong>(address, words).IndexOfAnyExcept(word) < 0;
        for (int i = words * sizeof(ulong); i < length; i++) holds &= ((byte*)address)[i] == (byte)word;
        if (!holds) throw new HeapSoakException($"The contents of the block of {length} bytes at 0x{(nuint)address:x} changed.");
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nonpaged;

/// <summary>
/// What is known of 64 KiB of a span, in one word: where the states of its blocks start, their class, and a power of two that their size is no less than. Two blocks start at
/// least so far apart, so a shift finds a state that is one block's alone, and its value says exactly whether a block in use starts at an address. All zero for what is not
/// the heap's.
/// </summary>
internal static unsafe class Chunk
{
    public const int Shift = 16;
    public const nuint Length = 1 << Shift;

    /// <summary>Addresses of user space have so many bits at most (x86-64 and arm64 without 52-bit or 57-bit addresses, which mmap gives only on request).</summary>
    public const int AddressBits = 48;

    private const int StateShift = 32;
    private const uint ClassMask = 0xff << Magazine.SizeShift;

    public static ulong Make(uint firstState, int blockSize, int sizeClass) =>
        ((ulong)firstState << StateShift) | ((uint)sizeClass << Magazine.SizeShift) | (uint)BitOperations.Log2((uint)blockSize);

    /// <summary>How many states the blocks that start in a chunk need.</summary>
    public static int StatesOf(int blockSize) => int.Max(1, (int)Length >> BitOperations.Log2((uint)blockSize));

    public static uint FirstStateOf(ulong chunk) => (uint)(chunk >> StateShift);

    public static int ClassOf(ulong chunk) => (int)(MagazineOf(chunk) >> Magazine.SizeShift);

    /// <summary>Where the magazine of its class is among those of a cache, in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint MagazineOf(ulong chunk) => (uint)chunk & ClassMask;

    /// <summary>The state of the block that may start at an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort* StateOf(ushort* states, ulong chunk, nuint address) =>
        states + ((nuint)(chunk >> StateShift) + ((nuint)(ushort)address >> (int)chunk));

    /// <summary>The state of a block in use at an address; no state has more than 16 bits. It is odd, as no address of a block is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint InUse(nuint address) => (uint)(ushort)address + 1;
}

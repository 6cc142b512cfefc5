using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// What is known of 64 KiB of a span: the class of its blocks, and where their states are. Blocks start at least a power of two apart, so a shift finds a state that is one
/// block's alone, and its value says exactly whether a block in use starts at an address. All zero for what is not the heap's.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct Chunk
{
    public const int Shift = 16;
    public const nuint Length = 1 << Shift;

    /// <summary>The state of a block that no caller has, as is 0 where there was none yet: odd, so that of no address that <see cref="IndexOf"/> has an index for.</summary>
    public const ushort Free = 1;

    // Blocks start at its multiples.
    private const int GranuleShift = 4;

    /// <summary>Where the magazine of its class is among those of a cache, in bytes.</summary>
    [FieldOffset(0)]
    public ushort Magazine;

    /// <summary>By how many bits an address in the chunk is shifted to become the index of its state.</summary>
    [FieldOffset(2)]
    public byte SizeShift;

    /// <summary>The chunk's first state.</summary>
    [FieldOffset(8)]
    public ushort* States;

    /// <summary><see cref="Magazine"/> and <see cref="SizeShift"/> in one word, the same in all chunks of a class.</summary>
    [FieldOffset(0)]
    public readonly uint Kind;

    public static uint MagazineOf(uint kind) => (ushort)kind;

    public static int SizeShiftOf(uint kind) => (byte)(kind >> 16);

    /// <summary>Makes it one of blocks of this size, whose states start here.</summary>
    public void Set(int blockSize, int sizeClass, ushort* states)
    {
        // States that were never written are zero, which is what a block in use has that starts where a chunk does.
        *states = Free;
        SizeShift = (byte)ShiftOf(blockSize);
        States = states;
        // Last, for a wrong address may be looked up at any moment.
        Volatile.Write(ref Magazine, (ushort)(sizeClass << Nonpaged.Magazine.SizeShift));
    }

    /// <summary>Makes it none. Where its states are stays, for the same reason.</summary>
    public void Clear() => Volatile.Write(ref Magazine, 0);

    public readonly int SizeClass => Magazine >> Nonpaged.Magazine.SizeShift;

    /// <summary>How many states the blocks that start in a chunk need.</summary>
    public static int StatesOf(int blockSize) => (int)Length >> ShiftOf(blockSize);

    /// <summary>The index of the chunk that an address lies in; beyond any table where no block can start there, because its lowest bits are not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint IndexOf(nuint address) => BitOperations.RotateRight(address, GranuleShift) >> (Shift - GranuleShift);

    /// <summary>The state of the block that may start at an address in the chunk: <see cref="InUse"/> of it, if one does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ushort* StateOf(nuint address) => States + ((nuint)(ushort)address >> SizeShift);

    /// <summary>The state of a block that a caller has: its own, of all addresses that share the state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort InUse(nuint address) => (ushort)address;

    private static int ShiftOf(int blockSize) => int.Min(BitOperations.Log2((uint)blockSize), Shift);
}

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

    /// <summary>A state of a block that no caller has, as is any below 64 Ki, what <see cref="Magazine"/> can hold: they are the lower half of no address in a span: <see cref="MayBeUsed"/>.</summary>
    public const uint Free = 0;

    /// <summary>Where the magazine of its class is among those of a cache, in bytes.</summary>
    [FieldOffset(0)]
    public ushort Magazine;

    /// <summary>By how many bits an address is shifted to become the index of its state.</summary>
    [FieldOffset(2)]
    public byte SizeShift;

    /// <summary>What that index counts from.</summary>
    [FieldOffset(8)]
    public uint* States;

    /// <summary><see cref="Magazine"/> and <see cref="SizeShift"/> in one word, the same in all chunks of a class.</summary>
    [FieldOffset(0)]
    public readonly uint Kind;

    public static uint MagazineOf(uint kind) => (ushort)kind;

    public static int SizeShiftOf(uint kind) => (byte)(kind >> 16);

    /// <summary>Makes it one at an address, of blocks of this size, whose states start here.</summary>
    public void Set(nuint address, int blockSize, int sizeClass, uint* states)
    {
        SizeShift = (byte)ShiftOf(blockSize);
        // So that the shifted address is the index.
        States = states - (address >> SizeShift);
        // Last, for a wrong address may be looked up at any moment.
        Volatile.Write(ref Magazine, (ushort)(sizeClass << Nonpaged.Magazine.SizeShift));
    }

    /// <summary>Makes it none. Where its states are stays, for the same reason.</summary>
    public void Clear() => Volatile.Write(ref Magazine, 0);

    public readonly int SizeClass => Magazine >> Nonpaged.Magazine.SizeShift;

    /// <summary>How many states the blocks that start in a chunk need.</summary>
    public static int StatesOf(int blockSize) => (int)Length >> ShiftOf(blockSize);

    /// <summary>The state of the block that may start at an address in the chunk: <see cref="InUse"/> of it, if one does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint* StateOf(nuint address) => States + (address >> SizeShift);

    /// <summary>The state of a block that a caller has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint InUse(nuint address) => (uint)address;

    /// <summary>The first chunk of each 4 GiB has an address whose lower half is that of no block in use.</summary>
    public static bool MayBeUsed(nuint address) => (uint)address >> Shift != 0;

    private static int ShiftOf(int blockSize) => int.Min(BitOperations.Log2((uint)blockSize), Shift);
}

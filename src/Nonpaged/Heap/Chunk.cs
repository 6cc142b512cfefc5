using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nonpaged;

/// <summary>
/// What is known of 64 KiB of a span, in one word: the class of its blocks, and where their states are. Blocks start at least a
/// power of two apart, so a shift finds a state that is one block's alone, and its value says exactly whether a block in use
/// starts at an address. All zero for what is not the heap's.
/// </summary>
internal readonly unsafe struct Chunk
{
    public const int Shift = 16;
    public const nuint Length = 1 << Shift;

    /// <summary>
    /// The state of a block that no caller has, as is 0 where there was none yet: odd, so that of no address that
    /// <see cref="IndexOf"/> has an index for.
    /// </summary>
    public const ushort Free = 1;

    // Blocks start at its multiples.
    private const int GranuleShift = 4;

    // From the lowest bit up: by how many bits a block's address is shifted, the place of its magazine, and above
    // those the address of the states.
    public const uint SizeShiftMask = (1 << Nonpaged.Magazine.SizeShift) - 1;
    public const uint MagazineMask = ushort.MaxValue & ~SizeShiftMask;
    public const int StatesShift = 16;

    private readonly ulong _word;

    private Chunk(ulong word) => _word = word;

    /// <summary>
    /// The place of the magazine, and by how many bits an address is shifted: the same in all chunks of a class.
    /// </summary>
    public uint Kind => (ushort)_word;

    /// <summary>Where the magazine of its class is among those of a cache, in bytes.</summary>
    public nint Magazine => MagazineOf((uint)_word);

    public int SizeClass => (int)Magazine >> Nonpaged.Magazine.SizeShift;

    /// <summary>The chunk's first state.</summary>
    public ushort* States => (ushort*)(_word >> StatesShift);

    public static nint MagazineOf(uint kind) => (nint)(kind & MagazineMask);

    /// <summary>By how many bits an address in the chunk is shifted to become the index of its state.</summary>
    public static int SizeShiftOf(uint kind) => (int)(kind & SizeShiftMask);

    /// <summary>One of blocks of this size, whose states start here.</summary>
    public static Chunk Of(int blockSize, int sizeClass, ushort* states) =>
        new((ulong)states << StatesShift | (uint)sizeClass << Nonpaged.Magazine.SizeShift | (uint)ShiftOf(blockSize));

    /// <summary>
    /// The same without a class. Where its states are stays, for a wrong address may be looked up at any moment.
    /// </summary>
    public Chunk WithoutClass() => new(_word & ~(ulong)MagazineMask);

    /// <summary>Writes it where others read it, after what it points to.</summary>
    public void Publish(Chunk* entry) => Volatile.Write(ref *(ulong*)entry, _word);

    /// <summary>How many states the blocks that start in a chunk need.</summary>
    public static int StatesOf(int blockSize) => (int)Length >> ShiftOf(blockSize);

    /// <summary>
    /// The index of the chunk that an address lies in; beyond any table where no block can start there,
    /// because its lowest bits are not zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint IndexOf(nuint address) => BitOperations.RotateRight(address, GranuleShift) >> (Shift - GranuleShift);

    /// <summary>
    /// The state of the block that may start at an address in the chunk: <see cref="InUse"/> of it, if one does.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort* StateOf(nuint address) => States + ((nuint)(ushort)address >> SizeShiftOf((uint)_word));

    /// <summary>The state of a block that a caller has: its own, of all addresses that share the state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort InUse(nuint address) => (ushort)address;

    private static int ShiftOf(int blockSize) => int.Min(BitOperations.Log2((uint)blockSize), Shift);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// A thread's free blocks of one size class: a loaded magazine, which is taken from and put into at its top, and a spare one,
/// full or empty, or between where bulks come (Bonwick and Adams, "Magazines and Vmem", USENIX 2001). A slot is a block and,
/// where frees are checked, the place of its state.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 1 << SizeShift)]
internal unsafe struct Magazine
{
    /// <summary>One cache line for each.</summary>
    public const int SizeShift = 6;

    /// <summary>Above the last block.</summary>
    public nuint* Top;

    /// <summary>The first slot; null, as the others, before the first use.</summary>
    public nuint* Floor;

    /// <summary>Behind the last slot.</summary>
    public nuint* Ceiling;

    /// <summary>The spare magazine's first slot.</summary>
    public nuint* SpareFloor;

    /// <summary>Behind the spare magazine's last block.</summary>
    public nuint* SpareTop;

    /// <summary>How many blocks are taken from the spans when the depot has no magazine.</summary>
    public int Refill;

    /// <summary>Words of a slot.</summary>
    public static int Slot
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => HeapChecks.IsOn ? 2 : 1;
    }

    /// <summary>The bytes of a slot, as a power of two.</summary>
    public static int SlotShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => HeapChecks.IsOn ? 4 : 3;
    }

    public readonly int Count => (int)((Top - Floor) / Slot);

    /// <summary>The bytes of the slots with blocks.</summary>
    public readonly nuint Length => (nuint)Top - (nuint)Floor;

    /// <summary>The bytes of the slots without.</summary>
    public readonly nuint Room => (nuint)Ceiling - (nuint)Top;

    public readonly nuint SpareLength => (nuint)SpareTop - (nuint)SpareFloor;

    public readonly int SpareCount => (int)((SpareTop - SpareFloor) / Slot);

    /// <summary>Takes a block out of the loaded magazine, which has one, for a caller.</summary>
    public nuint Pop()
    {
        fixed (Magazine* self = &this) return Pop(self, Top);
    }

    /// <summary>As above, where the top has been loaded already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Pop(Magazine* magazine, nuint* top)
    {
        magazine->Top = top - Slot;
        return Hand(top - Slot);
    }

    /// <summary>The block of a slot, which is a caller's from here on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Hand(nuint* slot)
    {
        nuint block = *slot;
        if (HeapChecks.IsOn) *(ushort*)slot[1] = Chunk.InUse(block);
        return block;
    }

    /// <summary>Puts a caller's block into the loaded magazine, which has room.</summary>
    public void Push(nuint block, ushort* state)
    {
        fixed (Magazine* self = &this) Push(self, Top, block, state);
    }

    /// <summary>As above, where the top has been loaded already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Push(Magazine* magazine, nuint* top, nuint block, ushort* state)
    {
        if (HeapChecks.IsOn)
        {
            *state = Chunk.Free;
            top[1] = (nuint)state;
        }

        *top = block;
        magazine->Top = top + Slot;
    }

    /// <summary>Makes the spare magazine the loaded one.</summary>
    public void Swap()
    {
        Magazine old = this;
        Floor = old.SpareFloor;
        Top = old.SpareTop;
        Ceiling = Floor + (old.Ceiling - old.Floor);
        SpareFloor = old.Floor;
        SpareTop = old.Top;
    }
}

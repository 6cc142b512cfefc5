using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// Each thread's magazine of one size class of a pool that lives as long as the process: for callers whose blocks are all of one
/// length, who need neither the pool nor a table of classes. All zero where there is none.
/// </summary>
// The hits are those of NonpagedPool once more: of a method for both the compiler writes the answer down and tests it again,
// which takes a batch 8 % more (docs/heap-limits.md).
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct FixedMagazine(nint cache, nuint length, Chunk* chunks)
{
    // To which a thread adds its ThreadTable.Current. None in one that is all zero.
    private readonly nint _empty = cache + SizeClass.PlaceOf(length);
    private readonly Chunk* _chunks = chunks;
    private readonly nuint _chunkCount = ChunkTable.Count;
    private readonly nint _place = SizeClass.PlaceOf(length);

    /// <summary>Takes a block from the loaded magazine. False where that has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(nint thread, out void* block)
    {
        if (_empty != 0)
        {
            var magazine = (Magazine*)(_empty + thread);
            nuint* top = magazine->Top;
            if (top != magazine->Floor)
            {
                block = (void*)Magazine.Pop(magazine, top);
                return true;
            }
        }

        block = null;
        return false;
    }

    /// <summary>
    /// Puts a block into the loaded magazine. False where that is full, or the address is none of a block in use, of this class.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGive(nuint address, nint thread)
    {
        nuint index = Chunk.IndexOf(address);
        if (index >= _chunkCount) return false;
        Chunk chunk = _chunks[index];
        if (chunk.Magazine != _place) return false;
        var magazine = (Magazine*)(_empty + thread);
        nuint* top = magazine->Top;
        if (top == magazine->Ceiling) return false;
        ushort* state = chunk.StateOf(address);
        if (HeapChecks.IsOn && *state != Chunk.InUse(address)) return false;
        Magazine.Push(magazine, top, address, state);
        return true;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged.Bench;

/// <summary>
/// No allocator, but what is left of a row without one, where one thread allocates and another one frees: as many blocks as
/// rte_mempool has in such a row, one after the other and again from the first; a free does nothing. The ring between the threads
/// holds fewer, so that no block is there twice.
/// </summary>
internal readonly unsafe struct CyclicCalls() : ICalls
{
    // A ring of 1024, and two caches of one and a half times 512.
    private const int Count = 1024 + 2 * 768;

    private readonly State* _state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Allocate(nuint size)
    {
        if (_state->Size != size) Fill(_state, size);
        int next = _state->Next;
        _state->Next = next + 1 == Count ? 0 : next + 1;
        return (nint)_state->Blocks[next];
    }

    // What is in the ring is read all the same.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(nint block) => Volatile.Read(ref Unsafe.AsRef(in block));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fill(State* state, nuint size)
    {
        state->Size = size;
        for (int i = 0; i < Count; i++) state->Blocks[i] = (nint)NonpagedPool.Default.Alloc(size);
    }

    private struct State
    {
        public nuint Size;
        public int Next;
        public fixed long Blocks[Count];
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nonpaged.Ndis;

namespace Nonpaged.Bench;

/// <summary>Ours by a nonpaged lookaside list, one for the length in use. For rows of one length at a time.</summary>
internal readonly unsafe struct LookasideCalls() : ICalls
{
    private readonly State* _state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Allocate(nuint size)
    {
        if (_state->Size != size) Change(_state, size);
        return (nint)NdisLibrary.NdisAllocateFromNPagedLookasideList(&_state->List);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(nint block) => NdisLibrary.NdisFreeToNPagedLookasideList(&_state->List, (void*)block);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Change(State* state, nuint size)
    {
        if (state->Size != 0) NdisLibrary.NdisDeleteNPagedLookasideList(&state->List);
        NdisLibrary.NdisInitializeNPagedLookasideList(&state->List, 0, (uint)size, 0, 0);
        state->Size = size;
    }

    private struct State
    {
        public NPAGED_LOOKASIDE_LIST List;
        public nuint Size;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nonpaged.Xdp;

/// <summary>The stack of free frames.</summary>
/// <param name="next">Where the next one's number goes.</param>
internal unsafe struct FreePlace(uint* next) : IFramePlace
{
    private uint* _next = next;

    public readonly byte Owner => FrameStack.Free;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(uint frame) => *_next++ = frame;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PutRun(uint last, in EightFrames eight)
    {
        EightFrames.Run(last).Store(_next);
        _next += EightFrames.Count;
    }
}

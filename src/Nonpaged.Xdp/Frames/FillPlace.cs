using System.Runtime.CompilerServices;

namespace Nonpaged.Xdp;

/// <summary>A socket's fill ring.</summary>
/// <param name="next">Where the next one's address goes.</param>
/// <param name="socket">The socket's number.</param>
/// <param name="frameSize">In bytes.</param>
internal unsafe struct FillPlace(ulong* next, byte socket, uint frameSize) : IFramePlace
{
    private ulong* _next = next;

    public readonly byte Owner => socket;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(uint frame) => *_next++ = (ulong)frame * frameSize;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PutRun(uint last, in EightFrames eight)
    {
        eight.Store((ulong)last * frameSize, _next);
        _next += EightFrames.Count;
    }
}

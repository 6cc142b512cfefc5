using System.Runtime.CompilerServices;

namespace Nonpaged.Xdp;

/// <summary>A socket's fill ring.</summary>
/// <param name="to">Where the first one's address goes.</param>
/// <param name="socket">The socket's number.</param>
/// <param name="frameSize">In bytes.</param>
internal readonly unsafe struct FillPlace(ulong* to, byte socket, uint frameSize) : IFramePlace
{
    public byte Owner => socket;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(nuint at, uint frame) => to[at] = (ulong)frame * frameSize;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PutRun<TRun>(nuint at, ulong last, uint frame, in TRun run)
        where TRun : struct, IFrameRun<TRun> => run.StoreStarts(last, to + at);
}

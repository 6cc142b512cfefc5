using System.Runtime.CompilerServices;

namespace Nonpaged.Xdp;

/// <summary>The stack of free frames.</summary>
/// <param name="to">Where the first one's number goes.</param>
internal readonly unsafe struct FreePlace(uint* to) : IFramePlace
{
    public byte Owner => FrameStack.Free;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(nuint at, uint frame) => to[at] = frame;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PutRun<TRun>(nuint at, ulong last, uint frame, in TRun run)
        where TRun : struct, IFrameRun<TRun> => TRun.StoreNumbers(frame, ref to[at]);
}

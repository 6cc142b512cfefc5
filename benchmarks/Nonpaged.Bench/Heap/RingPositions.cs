using System.Runtime.InteropServices;

namespace Nonpaged.Bench;

/// <summary>
/// How far each of two threads is in a ring, in cache lines of their own, with one to either side because processors fetch pairs.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal sealed class RingPositions
{
    [FieldOffset(128)]
    public long Tail;

    [FieldOffset(256)]
    public long Head;
}

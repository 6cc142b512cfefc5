namespace Nonpaged.Ndis;

/// <summary>
/// A frame whose indication the calling thread is in. A driver above another indicates a frame while it gets one, so that there
/// may be several, the innermost first.
/// </summary>
internal sealed record IndicatedFrame(ReceivePath Path, ReceiveIndication Frame, IndicatedFrame? Outer)
{
    [ThreadStatic]
    private static IndicatedFrame? t_current;

    /// <summary>Begins an indication on this thread. Ended by <see cref="End"/>.</summary>
    public static IndicatedFrame Begin(ReceivePath path, ReceiveIndication frame) =>
        t_current = new IndicatedFrame(path, frame, t_current);

    /// <summary>What a receive context names; null where its indication is over, or is another thread's.</summary>
    public static ReceiveIndication? Find(ReceivePath path, nint receiveContext)
    {
        for (IndicatedFrame? one = t_current; one is not null; one = one.Outer)
        {
            if (one.Path == path && one.Frame.ReceiveContext == receiveContext) return one.Frame;
        }

        return null;
    }

    public void End() => t_current = Outer;
}

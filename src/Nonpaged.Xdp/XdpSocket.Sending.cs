using System.Runtime.CompilerServices;

namespace Nonpaged.Xdp;

/// <content>How frames leave, and come back.</content>
public sealed partial class XdpSocket
{
    // Where frames are copied one call sends no more than a budget of them (xsk_generic_xmit).
    private const int MostCalls = 64;

    /// <summary>
    /// Sends frames of the program, as many as there is room for; these are the kernel's then. A packet of several frames is sent
    /// whole or not at all.
    /// </summary>
    /// <param name="frames">The frames; those that were not sent are still the program's.</param>
    /// <returns>How many were sent, from the first one on. Where that is too few, try again after
    /// <see cref="WaitToSend"/>.</returns>
    /// <exception cref="InvalidOperationException">The program does not have one of the frames, or the kernel could not send it:
    /// it is empty, reaches out of its place, or has options that the socket was not opened with. Then none is sent. Or the
    /// socket only receives.</exception>
    /// <exception cref="ObjectDisposedException">The socket is disposed.</exception>
    public int Send(params ReadOnlySpan<XdpFrame> frames)
    {
        if (_isDisposed || !_transmit.IsThere) ThrowNoSending();
        if (Outstanding > _mostOutstanding || _stack.FreeCount <= frames.Length) Reclaim();
        int count = (int)Math.Min(_transmit.Room((uint)frames.Length), (uint)frames.Length);
        if (_options.MultiBuffer) count = WholePackets(frames[..count]);
        frames = frames[..count];
        int passed = _stack.Pass(frames, ref _transmit, _number, _terms);
        if (passed < count) Refuse(frames[passed]);
        if (count > 0) _transmit.Publish((uint)count);
        Flush();
        return count;
    }

    /// <summary>
    /// Has the kernel send what it has not sent yet. Each <see cref="Send"/> does, and each <see cref="Receive"/> that finds
    /// nothing and each wait, so that a program seldom needs it.
    /// </summary>
    /// <returns>Whether nothing is left that the kernel has not taken.</returns>
    /// <exception cref="ObjectDisposedException">The socket is disposed.</exception>
    public bool Flush()
    {
        if (_isDisposed) ThrowNoSending();
        uint pending = _transmit.Pending;
        for (int i = 0; i < MostCalls && pending > 0; i++)
        {
            if (!_transmit.NeedsWakeup) return false;
            bool isFailed = _emptySend.Fails();
            uint before = pending;
            pending = _transmit.Pending;
            // It also fails where it took its budget and more is left (EAGAIN).
            if (isFailed && pending == before) return false;
        }

        return pending == 0;
    }

    /// <summary>
    /// Frees frames that were sent. A <see cref="Send"/> does, too, where few are free or many were sent, and a
    /// <see cref="Receive"/> has the kernel receive in them next.
    /// </summary>
    /// <returns>How many frames that were sent have not been seen free yet.</returns>
    /// <exception cref="ObjectDisposedException">The socket is disposed.</exception>
    public int Reclaim()
    {
        if (_isDisposed) ThrowNoSending();
        // A receiving thread does this, too.
        if (!_completion.HasEntries || Interlocked.CompareExchange(ref _completionGate, 1, 0) != 0) return Outstanding;
        uint count = _completion.Available(uint.MaxValue);
        _stack.Reclaim(ref _completion, count);
        _completion.Release(count);
        _sent += count;
        Volatile.Write(ref _completionGate, 0);
        return Outstanding;
    }

    private static int WholePackets(ReadOnlySpan<XdpFrame> frames)
    {
        int count = frames.Length;
        while (count > 0 && frames[count - 1].IsContinued) count--;
        return count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refuse(XdpFrame frame)
    {
        string why;
        if (frame.Address >= (long)Frames.Count * Frames.FrameSize) why = "it does not lie in the socket's pool";
        else if (frame.Length == 0) why = "it is empty";
        else if (((ulong)frame.Options << XdpFrame.OptionShift & ~_terms.AllowedOptions) != 0)
            why = "it has options that the socket, or its pool, was not opened with";
        else if (_stack.OwnerOf(Frames.IndexOf(frame)) != FrameStack.InHands) why = _stack.Whereabouts(Frames.IndexOf(frame));
        else why = "it reaches out of its place in the pool";
        throw new InvalidOperationException($"A frame ({frame}) cannot be sent: {why}. None of the frames was sent.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowNoSending()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        throw new InvalidOperationException($"The socket only receives ({nameof(XdpSocketOptions.TransmitEntries)} is 0).");
    }
}

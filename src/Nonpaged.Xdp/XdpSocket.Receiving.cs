using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <content>How frames arrive, and where the kernel finds those that it writes to.</content>
public sealed partial class XdpSocket
{
    private const uint LooksBetweenUpkeep = 16;
    private const uint MostRefilled = 64;
    private const uint MostAway = 256;

    // The pool's frames go into the fill ring where there is room for so many. Where the socket gets frames back past the pool,
    // they only make up for those that the program keeps.
    private uint _refillFrom;
    private bool _getsBack;

    /// <summary>Takes frames that have arrived, without waiting. They are the program's until it sends them or gives them
    /// back.</summary>
    /// <param name="frames">Receives them.</param>
    /// <returns>How many there are; 0 where none has arrived.</returns>
    /// <exception cref="InvalidOperationException">The socket only sends.</exception>
    /// <exception cref="ObjectDisposedException">The socket is disposed.</exception>
    public int Receive(Span<XdpFrame> frames)
    {
        if (_isDisposed || !_receive.IsThere) ThrowNoReceiving();
        uint count = Math.Min(_receive.Available((uint)frames.Length), (uint)frames.Length);
        if (count == 0) return ReceiveNothing();
        frames = frames[..(int)count];
        if (_isUnaligned) _stack.HandUnaligned(ref _receive, frames);
        else _stack.Hand(ref _receive, frames);
        _receive.Release(count);
        _received += count;
        Refill();
        return (int)count;
    }

    /// <summary>
    /// Gives frames back that the program took or received: to the kernel to receive in, as many as there is room for, and the
    /// others to the pool. One that receives gets by with neither the pool's lock nor its list then. Only by the thread that
    /// receives.
    /// </summary>
    /// <param name="frames">The frames.</param>
    /// <exception cref="InvalidOperationException">The program does not have one of them: it gave it back already, sent it, or
    /// there is none such. Then none is given back. Or the socket only sends.</exception>
    /// <exception cref="ObjectDisposedException">The socket is disposed.</exception>
    public void Give(params ReadOnlySpan<XdpFrame> frames)
    {
        if (_isDisposed || !_receive.IsThere) ThrowNoReceiving();
        if (frames.IsEmpty) return;
        int count = (int)Math.Min(_fill.Room((uint)frames.Length), (uint)frames.Length);
        if (!_getsBack) GetBack();
        int given = _stack.Fill(frames[..count], ref _fill, _number);
        if (given < count) RefuseToTake(frames[given]);
        if (count < frames.Length) GiveToPool(frames, count);
        _fill.Publish((uint)count);
    }

    // Who spins looks at what the kernel writes as seldom as possible: each look takes the line from the kernel's processor.
    private int ReceiveNothing()
    {
        if (_isPolling || _fill.NeedsWakeup) LibC.ReceiveNothing(_opened.Handle);
        if (++_emptyReceives % LooksBetweenUpkeep == 0) Tidy();
        return 0;
    }

    private void Refill()
    {
        if (_transmit.IsThere && _completion.HasEntries) Recycle();
        uint room = _fill.Room(_refillFrom);
        if (room < _refillFrom || _stack.FreeCount == 0) return;
        if (_getsBack)
        {
            // What waits to be received comes back, too. More frames than the ring has room for would go by the pool, which
            // breaks their order up.
            room -= Math.Min(room, _receive.Available(room));
            if (room < _refillFrom) return;
        }

        uint count = _stack.Fill(ref _fill, room, _number);
        if (count > 0) _fill.Publish(count);
    }

    private void GetBack()
    {
        _getsBack = true;
        _refillFrom = Math.Min(MostAway, _fill.Half);
    }

    // Frames that were sent are received in next, in the order in which they were sent: that keeps them runs.
    private void Recycle()
    {
        if (Interlocked.CompareExchange(ref _completionGate, 1, 0) != 0) return;
        uint sent = _completion.Available(uint.MaxValue);
        uint count = Math.Min(sent, _fill.Room(sent));
        _stack.Recycle(ref _completion, ref _fill, count);
        _fill.Publish(count);
        _completion.Release(count);
        _sent += count;
        if (!_getsBack) GetBack();
        Volatile.Write(ref _completionGate, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GiveToPool(ReadOnlySpan<XdpFrame> frames, int from)
    {
        try
        {
            _stack.Give(frames[from..]);
        }
        catch
        {
            _stack.TakeBack(frames[..from]);
            throw;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [DoesNotReturn]
    private void RefuseToTake(XdpFrame frame)
    {
        bool isThere = frame.Address < (long)Frames.Count * Frames.FrameSize;
        throw new InvalidOperationException($"A frame ({frame}) was given back by one who does not have it: "
            + $"{(isThere ? _stack.Whereabouts(Frames.IndexOf(frame)) : "it does not lie in the socket's pool")}. "
            + "None of the frames was taken back.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowNoReceiving()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        throw new InvalidOperationException($"The socket only sends ({nameof(XdpSocketOptions.ReceiveEntries)} is 0).");
    }
}

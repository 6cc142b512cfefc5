using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// Frames of equal length in one block of a <see cref="NonpagedPool"/>, which the kernel pins when the first socket is opened
/// over it (a UMEM, Documentation/networking/af_xdp.rst), and nothing else does. Sockets of several queues and interfaces may
/// share it.
/// </summary>
/// <remarks>
/// A frame is free, or the program has it, or it is in a socket's rings. The program has those that it took, and those that it
/// received; it sends them or gives them back. Taking and giving is thread-safe. The memory is given back when the pool and the
/// last socket over it are disposed of.
/// </remarks>
public sealed unsafe class XdpFramePool : IDisposable
{
    private readonly MemoryBlock _block;
    private readonly byte* _memory;
    private ulong _length;
    private readonly uint _frameSize;
    private readonly uint _start;

    /// <summary>Allocates the frames.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number of the options is out of range.</exception>
    /// <exception cref="AllocationException">There is no memory for it.</exception>
    public XdpFramePool(XdpFramePoolOptions? options = null)
    {
        Options = options ?? new XdpFramePoolOptions();
        FramePoolOptionsCheck.ThrowIfWrong(Options);
        _frameSize = (uint)Options.FrameSize;
        _length = (ulong)_frameSize * (ulong)Options.Count;
        _start = (uint)FramePoolOptionsCheck.StartOf(Options);
        _block = (Options.Memory ?? NonpagedPool.Default).Allocate(
            new MemoryRequest((nuint)_length) { Pin = PinDemand.None, WholePages = true });
        _memory = (byte*)_block.Address;
        Terms = new FrameTerms(_frameSize, (uint)Options.Count, Options.Checked, AllowedOptions: 0);
        Stack = new FrameStack(Terms);
        Sharing = new MemorySharing(this, _memory, _length);
    }

    /// <summary>What it was made with.</summary>
    public XdpFramePoolOptions Options { get; }

    /// <summary>How many frames there are.</summary>
    public int Count => Options.Count;

    /// <summary>How many of them are free.</summary>
    public int FreeCount => Stack.FreeCount;

    internal FrameStack Stack { get; }

    /// <summary>What frames are held against that are given back.</summary>
    internal FrameTerms Terms { get; }

    internal MemorySharing Sharing { get; }

    internal uint FrameSize => _frameSize;

    /// <summary>Takes free frames, to be filled and sent.</summary>
    /// <param name="frames">Receives them; each as long as there is room in it.</param>
    /// <returns>How many were taken: fewer where fewer are free.</returns>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public int Take(Span<XdpFrame> frames) => Stack.Take(frames, _start, _frameSize - _start);

    /// <summary>Takes free frames for packets of one length.</summary>
    /// <param name="frames">Receives them; each of so many bytes.</param>
    /// <param name="length">In bytes.</param>
    /// <returns>How many were taken: fewer where fewer are free.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or a frame has no room for it.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public int Take(Span<XdpFrame> frames, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, _frameSize - _start, nameof(length));
        return Stack.Take(frames, _start, (uint)length);
    }

    /// <summary>Takes free frames by their numbers: see <see cref="Frame"/>.</summary>
    /// <param name="indices">Receives the numbers.</param>
    /// <returns>How many were taken: fewer where fewer are free.</returns>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public int Take(Span<int> indices) => Stack.Take(indices);

    /// <summary>Takes one.</summary>
    /// <returns>False where none is free.</returns>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public bool TryTake(out XdpFrame frame)
    {
        frame = default;
        return Take(new Span<XdpFrame>(ref frame)) == 1;
    }

    /// <summary>Gives frames back that the program took or received.</summary>
    /// <exception cref="InvalidOperationException">The program does not have one of them: it gave it back already, sent it, or
    /// there is none such. Then none is given back. Only with <see cref="XdpFramePoolOptions.Checked"/>.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public void Give(params ReadOnlySpan<XdpFrame> frames) => Stack.Give(frames);

    /// <inheritdoc cref="Give(ReadOnlySpan{XdpFrame})"/>
    public void Give(params ReadOnlySpan<int> indices) => Stack.Give(indices);

    /// <summary>
    /// A frame's bytes, as many as it has. They are another's once the frame is sent, given back, or its pool disposed of.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not lie in the pool.</exception>
    /// <exception cref="ObjectDisposedException">The pool's memory was given back.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Data(XdpFrame frame)
    {
        // Neither is ever so large that the sum wraps: XdpFrame sees to that, whose length is never negative.
        ulong start = frame._address;
        if (start + (uint)frame.Length > _length) ThrowOutside(frame);
        return MemoryMarshal.CreateSpan(ref _memory[start], frame.Length);
    }

    /// <summary>The frame of a number, as long as there is room in it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    public XdpFrame Frame(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return Whole(index);
    }

    /// <summary>Which frame these bytes are of, from 0 on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not lie in the pool.</exception>
    public int IndexOf(XdpFrame frame)
    {
        if (frame._address >= _length) ThrowOutside(frame);
        return (int)Terms.IndexOf(frame._address);
    }

    /// <summary>
    /// Asks for a checksum over a frame that will be sent, from a byte to its end, put at another one: what an IP stack calls a
    /// partial checksum, over a field that holds the pseudo header's sum. Needs
    /// <see cref="XdpFramePoolOptions.TransmitMetadata"/>.
    /// </summary>
    /// <param name="frame">The frame, which starts at least 24 bytes behind its place's start.</param>
    /// <param name="start">Where the sum starts, in bytes from the frame's first.</param>
    /// <param name="offset">Where the result goes, in bytes from there.</param>
    /// <returns>The frame to be sent.</returns>
    /// <exception cref="InvalidOperationException">The pool has no room for it, or the frame starts too early.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A place is not within the frame.</exception>
    public XdpFrame RequestChecksum(XdpFrame frame, int start, int offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)start + offset + sizeof(ushort), (uint)frame.Length, nameof(offset));
        AfXdp.TransmitMetadata* metadata = MetadataOf(frame);
        if ((frame.Options & AfXdp.XDP_TX_METADATA) == 0) *metadata = default;
        metadata->Flags |= AfXdp.XDP_TXMD_FLAGS_CHECKSUM;
        (metadata->ChecksumStart, metadata->ChecksumOffset) = ((ushort)start, (ushort)offset);
        return new XdpFrame(frame._address, (uint)frame.Length, frame.Options | AfXdp.XDP_TX_METADATA);
    }

    /// <summary>
    /// Asks for the time at which a frame is sent, by the interface's clock. Needs
    /// <see cref="XdpFramePoolOptions.TransmitMetadata"/>, and a driver that has it (<see cref="XdpInterface"/>).
    /// </summary>
    /// <param name="frame">The frame, which starts at least 24 bytes behind its place's start.</param>
    /// <returns>The frame to be sent.</returns>
    /// <exception cref="InvalidOperationException">The pool has no room for it, or the frame starts too early.</exception>
    public XdpFrame RequestTimestamp(XdpFrame frame)
    {
        AfXdp.TransmitMetadata* metadata = MetadataOf(frame);
        if ((frame.Options & AfXdp.XDP_TX_METADATA) == 0) *metadata = default;
        metadata->Flags |= AfXdp.XDP_TXMD_FLAGS_TIMESTAMP;
        return new XdpFrame(frame._address, (uint)frame.Length, frame.Options | AfXdp.XDP_TX_METADATA);
    }

    /// <summary>
    /// The time at which a frame was sent, in nanoseconds of the interface's clock, once the frame is free again and before it is
    /// taken for another packet; what the driver wrote, or left there.
    /// </summary>
    /// <exception cref="InvalidOperationException">The pool has no room for it, or the frame starts too early.</exception>
    public ulong SentAt(XdpFrame frame) => MetadataOf(frame)->Timestamp;

    /// <summary>
    /// Disposes of the pool. While a socket is open over it, its memory stays; no frame can be taken any more.
    /// </summary>
    public void Dispose() => Sharing.DisposePool();

    /// <inheritdoc/>
    public override string ToString() => $"{Count} frames of {_frameSize} bytes, {FreeCount} free";

    internal void GiveMemoryBack()
    {
        _length = 0;
        Stack.Dispose();
        _block.Dispose();
    }

    private XdpFrame Whole(int index) => new((ulong)(uint)index * _frameSize + _start, _frameSize - _start, 0);

    private AfXdp.TransmitMetadata* MetadataOf(XdpFrame frame)
    {
        if (!Options.TransmitMetadata)
        {
            throw new InvalidOperationException(
                $"The pool has no room for metadata. Make it with {nameof(XdpFramePoolOptions.TransmitMetadata)}.");
        }

        if (frame._address >= _length) ThrowOutside(frame);
        uint offset = (uint)(frame._address - Terms.IndexOf(frame._address) * _frameSize);
        return offset >= sizeof(AfXdp.TransmitMetadata)
            ? (AfXdp.TransmitMetadata*)(_memory + frame._address - sizeof(AfXdp.TransmitMetadata))
            : throw new InvalidOperationException(
                $"The frame starts {offset} bytes behind its place's start; metadata need {sizeof(AfXdp.TransmitMetadata)}.");
    }

    [DoesNotReturn]
    private void ThrowOutside(XdpFrame frame)
    {
        ObjectDisposedException.ThrowIf(_length == 0, this);
        throw new ArgumentOutOfRangeException(
            nameof(frame), frame.ToString(), $"It does not lie in the pool, which has {_length} bytes.");
    }
}

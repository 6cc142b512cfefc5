using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>The steps from nothing to a bound socket. What was done is undone where one of them fails.</summary>
internal sealed class SocketOpening : IDisposable
{
    private static readonly TimeSpan s_memoryPatience = TimeSpan.FromMilliseconds(500);

    private readonly XdpInterface _interface;
    private readonly uint _queue;
    private readonly XdpSocketOptions _options;
    private readonly XdpFramePool _frames;
    private SafeFileHandle? _handle;

    private SocketOpening(XdpInterface on, int queue, XdpSocketOptions options, XdpFramePool frames) =>
        (_interface, _queue, _options, _frames) = (on, (uint)queue, options, frames);

    public SafeFileHandle Handle => _handle!;

    /// <summary>By which the pool knows the socket.</summary>
    public byte Number { get; private set; }

    public bool IsZeroCopy { get; private set; }

    public MappedRing? Receive { get; private set; }

    public MappedRing? Transmit { get; private set; }

    public MappedRing? Fill { get; private set; }

    public MappedRing? Completion { get; private set; }

    /// <summary>A socket that is bound, and known to the pool of frames.</summary>
    /// <exception cref="XdpException">It could not be opened.</exception>
    public static SocketOpening Open(XdpInterface on, int queue, XdpSocketOptions options, XdpFramePool frames)
    {
        var opening = new SocketOpening(on, queue, options, frames);
        try
        {
            frames.Sharing.Exclusively(opening.Open);
            return opening;
        }
        catch
        {
            opening.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Receive?.Dispose();
        Transmit?.Dispose();
        Fill?.Dispose();
        Completion?.Dispose();
        _handle?.Dispose();
    }

    private void Open()
    {
        MemorySharing sharing = _frames.Sharing;
        Number = sharing.TakeNumber();
        SysResult opened = LibC.Socket(LibC.AF_XDP, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0, out SafeFileHandle handle);
        _handle = handle;
        if (opened.IsError) throw new XdpException(SocketFailures.Socket(opened.Errno));
        SafeFileHandle? shared = sharing.Shared;
        if (shared is null) RegisterMemory();
        MakeRings();
        SetPolling();
        Bind(shared);
        SysResult answered = AfXdp.GetOptions(Handle, out uint flags);
        IsZeroCopy = !answered.IsError && (flags & AfXdp.XDP_OPTIONS_ZEROCOPY) != 0;
        sharing.Add(Number, Handle, _interface.Index, _queue);
    }

    private void RegisterMemory()
    {
        SysResult result = Retry.While(
            s_memoryPatience, errno => errno == Errno.ENOBUFS, () => _frames.Sharing.Register(Handle));
        if (result.IsError) throw new XdpException(SocketFailures.Memory(result.Errno, _frames));
    }

    private void MakeRings()
    {
        int receive = _options.ReceiveEntries, transmit = _options.TransmitEntries;
        // The kernel wants a fill and a completion ring in any case.
        int fill = _options.FillEntries > 0 ? _options.FillEntries : Math.Max(2 * receive, 64);
        int completion = _options.CompletionEntries > 0 ? _options.CompletionEntries : Math.Max(transmit, 64);
        SetRing(AfXdp.XDP_UMEM_FILL_RING, fill);
        SetRing(AfXdp.XDP_UMEM_COMPLETION_RING, completion);
        if (receive > 0) SetRing(AfXdp.XDP_RX_RING, receive);
        if (transmit > 0) SetRing(AfXdp.XDP_TX_RING, transmit);
        SysResult result = AfXdp.GetOffsets(Handle, out AfXdp.MappingOffsets offsets);
        if (result.IsError) throw new XdpException(SocketFailures.Rings(result.Errno, "getsockopt(XDP_MMAP_OFFSETS)"));
        Fill = Map(offsets.Fill, fill, sizeof(ulong), AfXdp.XDP_UMEM_PGOFF_FILL_RING);
        Completion = Map(offsets.Completion, completion, sizeof(ulong), AfXdp.XDP_UMEM_PGOFF_COMPLETION_RING);
        const uint descriptor = 16;
        if (receive > 0) Receive = Map(offsets.Receive, receive, descriptor, AfXdp.XDP_PGOFF_RX_RING);
        if (transmit > 0) Transmit = Map(offsets.Transmit, transmit, descriptor, AfXdp.XDP_PGOFF_TX_RING);
    }

    private void SetRing(int ring, int entries)
    {
        SysResult result = AfXdp.SetRing(Handle, ring, entries);
        if (result.IsError) throw new XdpException(SocketFailures.Rings(result.Errno, $"setsockopt of a ring of {entries}"));
    }

    private MappedRing Map(in AfXdp.RingOffsets offsets, int entries, uint entrySize, long where)
    {
        SysResult result = MappedRing.Map(Handle, offsets, (uint)entries, entrySize, where, out MappedRing? ring);
        return ring ?? throw new XdpException(SocketFailures.Rings(result.Errno, "mmap of a ring"));
    }

    private void SetPolling()
    {
        if (_options.BusyPollBudget > 0)
        {
            Set(LibC.SOL_SOCKET, AfXdp.SO_PREFER_BUSY_POLL, 1, "SO_PREFER_BUSY_POLL");
            // Microseconds; what matters here is that it is not 0.
            Set(LibC.SOL_SOCKET, AfXdp.SO_BUSY_POLL, 20, "SO_BUSY_POLL");
            Set(LibC.SOL_SOCKET, AfXdp.SO_BUSY_POLL_BUDGET, _options.BusyPollBudget, "SO_BUSY_POLL_BUDGET");
        }

        if (_options.TransmitBudget > 0)
            Set(AfXdp.SOL_XDP, AfXdp.XDP_MAX_TX_SKB_BUDGET, _options.TransmitBudget, "XDP_MAX_TX_SKB_BUDGET");
    }

    private unsafe void Set(int level, int option, int value, string name)
    {
        SysResult result = LibC.SetSockOpt(Handle, level, option, &value, sizeof(int));
        if (result.IsError) throw new XdpException(SocketFailures.Option(result.Errno, name, value));
    }

    private void Bind(SafeFileHandle? shared)
    {
        bool holds = false;
        try
        {
            shared?.DangerousAddRef(ref holds);
            var address = new AfXdp.SocketAddress
            {
                Family = LibC.AF_XDP,
                // Who shares memory shares these choices of the one who registered it.
                Flags = shared is not null ? AfXdp.XDP_SHARED_UMEM : Flags(),
                InterfaceIndex = _interface.Index,
                Queue = _queue,
                SharedDescriptor = shared is null ? 0 : (uint)shared.DangerousGetHandle(),
            };
            SysResult result = Retry.While(
                _options.BindPatience, errno => errno == Errno.EBUSY, () => AfXdp.Bind(Handle, address));
            if (result.IsError) throw new XdpException(BindFailures.Of(result.Errno, _interface, (int)_queue, _options));
        }
        finally
        {
            if (holds) shared!.DangerousRelease();
        }
    }

    private ushort Flags()
    {
        int flags = _options.CopyMode switch
        {
            XdpCopyMode.Copy => AfXdp.XDP_COPY,
            XdpCopyMode.ZeroCopy => AfXdp.XDP_ZEROCOPY,
            _ => 0,
        };
        if (_options.NeedWakeup) flags |= AfXdp.XDP_USE_NEED_WAKEUP;
        if (_options.MultiBuffer) flags |= AfXdp.XDP_USE_SG;
        return (ushort)flags;
    }
}

namespace Nonpaged.Xdp;

/// <summary>How a socket is opened. What is left out is what most programs want.</summary>
public sealed record XdpSocketOptions
{
    /// <summary>
    /// The frames. Null for a pool of the socket's own, with the defaults of <see cref="XdpFramePoolOptions"/>, which is disposed
    /// of with it.
    /// </summary>
    public XdpFramePool? Frames { get; init; }

    /// <summary>
    /// The program that brings frames to the socket. Null for one of the socket's own, with <see cref="Filter"/>, which is
    /// detached with it.
    /// </summary>
    public XdpProgram? Program { get; init; }

    /// <summary>Which frames the socket's own program brings; the others go on to the kernel's stack. Null for all.</summary>
    public XdpFilter? Filter { get; init; }

    /// <summary>How the socket's own program is attached.</summary>
    public XdpAttachMode AttachMode { get; init; }

    /// <summary>
    /// Whether there is a program of the socket's own where no <see cref="Program"/> is given. False where another process brings
    /// the frames: see <see cref="XdpSocket.SendTo"/>.
    /// </summary>
    public bool AttachProgram { get; init; } = true;

    /// <summary>Whether frames are copied between the driver's memory and the pool.</summary>
    public XdpCopyMode CopyMode { get; init; }

    /// <summary>Entries of the ring of received frames: a power of two; 0 for a socket that only sends.</summary>
    public int ReceiveEntries { get; init; } = 512;

    /// <summary>Entries of the ring of frames to be sent: a power of two; 0 for a socket that only receives.</summary>
    public int TransmitEntries { get; init; } = 512;

    /// <summary>
    /// Entries of the fill ring, which holds free frames for the kernel: a power of two; 0 for twice
    /// <see cref="ReceiveEntries"/>. A queue of a card takes as many as its own ring has.
    /// </summary>
    public int FillEntries { get; init; }

    /// <summary>Entries of the ring of frames that were sent: a power of two; 0 for <see cref="TransmitEntries"/>.</summary>
    public int CompletionEntries { get; init; }

    /// <summary>
    /// The driver sleeps where there is nothing to do, and is woken by a system call (XDP_USE_NEED_WAKEUP). Faster where the
    /// program and the driver share a processor.
    /// </summary>
    public bool NeedWakeup { get; init; } = true;

    /// <summary>
    /// Packets that are longer than a frame arrive and leave in several (XDP_USE_SG, Linux 6.6):
    /// <see cref="XdpFrame.IsContinued"/>.
    /// </summary>
    public bool MultiBuffer { get; init; }

    /// <summary>
    /// The program polls the driver, instead of the driver's interrupts (SO_PREFER_BUSY_POLL, socket(7)): this many frames at
    /// most in one system call. 0 for no busy polling. Needs CAP_NET_ADMIN above 64.
    /// </summary>
    public int BusyPollBudget { get; init; }

    /// <summary>
    /// How many frames one system call sends at most where they are copied (XDP_MAX_TX_SKB_BUDGET, Linux 6.18); 0 for the
    /// kernel's own number, 32.
    /// </summary>
    public int TransmitBudget { get; init; }

    /// <summary>
    /// For how long binding is tried again while the queue is busy: the kernel gives a queue back some time after its socket was
    /// closed.
    /// </summary>
    public TimeSpan BindPatience { get; init; } = TimeSpan.FromSeconds(3);
}

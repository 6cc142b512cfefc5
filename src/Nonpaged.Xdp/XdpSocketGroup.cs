using System.Collections;

namespace Nonpaged.Xdp;

/// <summary>
/// Sockets on all queues of an interface, over one pool of frames, behind one program. Each is for a thread of its own, or some
/// for each thread.
/// </summary>
public sealed class XdpSocketGroup : IReadOnlyList<XdpSocket>, IDisposable
{
    private readonly List<XdpSocket> _sockets = [];
    private readonly XdpFramePool? _ownFrames;
    private readonly XdpProgram? _ownProgram;

    private XdpSocketGroup(XdpFramePool? ownFrames, XdpProgram? ownProgram) =>
        (_ownFrames, _ownProgram) = (ownFrames, ownProgram);

    /// <summary>How many there are: one for each queue.</summary>
    public int Count => _sockets.Count;

    /// <summary>The socket of a queue.</summary>
    public XdpSocket this[int index] => _sockets[index];

    /// <summary>Opens a socket on each queue of an interface.</summary>
    /// <param name="interfaceName">The interface, in the network namespace of the process.</param>
    /// <param name="options">As for one socket. Without <see cref="XdpSocketOptions.Frames"/> there are 2048 frames for each
    /// queue.</param>
    /// <exception cref="XdpException">A step failed; then no socket is left open.</exception>
    /// <exception cref="AllocationException">There is no memory for the frames.</exception>
    public static XdpSocketGroup Open(string interfaceName, XdpSocketOptions? options = null)
    {
        options ??= new XdpSocketOptions();
        SocketOptionsCheck.ThrowIfWrong(options);
        int queues = XdpInterface.Find(interfaceName).Queues;
        bool attaches = options is { Program: null, AttachProgram: true, ReceiveEntries: > 0 };
        XdpFramePool? frames = options.Frames is null
            ? new XdpFramePool(new XdpFramePoolOptions { Count = new XdpFramePoolOptions().Count * queues })
            : null;
        XdpSocketGroup? group = null;
        XdpProgram? program = null;
        try
        {
            if (attaches)
            {
                program = XdpProgram.Attach(interfaceName, new XdpProgramOptions
                { Filter = options.Filter, Mode = options.AttachMode, MultiBuffer = options.MultiBuffer });
            }

            group = new XdpSocketGroup(frames, program);
            XdpSocketOptions each = options with
            {
                Frames = options.Frames ?? frames,
                Program = options.Program ?? program,
                Filter = null,
            };
            for (int queue = 0; queue < queues; queue++) group._sockets.Add(XdpSocket.Open(interfaceName, queue, each));
            return group;
        }
        catch
        {
            if (group is not null)
            {
                group.Dispose();
            }
            else
            {
                program?.Dispose();
                frames?.Dispose();
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public IEnumerator<XdpSocket> GetEnumerator() => _sockets.GetEnumerator();

    /// <summary>Closes the sockets, and the program and the frames where they are the group's own.</summary>
    public void Dispose()
    {
        foreach (XdpSocket socket in _sockets) socket.Dispose();
        _ownProgram?.Dispose();
        _ownFrames?.Dispose();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

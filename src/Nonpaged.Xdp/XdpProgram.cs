using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// A program in the kernel that brings an interface's frames to the sockets of their queues, and a map that it finds them in. It
/// is compiled from an <see cref="XdpFilter"/>, loaded by bpf(2), and attached by a link: it is gone when this is disposed of or
/// the process dies. A queue without a socket is the kernel's, as before.
/// </summary>
/// <remarks>Thread-safe. Loading needs CAP_BPF and CAP_NET_ADMIN.</remarks>
public sealed class XdpProgram : IDisposable
{
    // A program of a handful of instructions explains itself; a filter's may take more.
    private const int LogLength = 64 << 10;

    // For how long an interface may still have the program of one who has just ended.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    private readonly SafeFileHandle? _program;
    private readonly SafeFileHandle? _link;
    private readonly uint _entries;

    private XdpProgram(
        XdpInterface? on, SafeFileHandle map, uint entries, SafeFileHandle? program, SafeFileHandle? link, bool isNative)
    {
        (Interface, MapHandle, _entries, _program, _link, IsNative) = (on, map, entries, program, link, isNative);
    }

    /// <summary>The interface; null where the program is another's, which was joined.</summary>
    public XdpInterface? Interface { get; }

    /// <summary>The map from queues to sockets (BPF_MAP_TYPE_XSKMAP).</summary>
    public SafeFileHandle MapHandle { get; }

    /// <summary>The program runs in the driver; false where it runs behind it, or is another's.</summary>
    public bool IsNative { get; }

    /// <summary>Loads a program and attaches it to an interface.</summary>
    /// <exception cref="XdpException">A step failed, or the interface has a program already.</exception>
    public static XdpProgram Attach(string interfaceName, XdpProgramOptions? options = null)
    {
        options ??= new XdpProgramOptions();
        if (!Enum.IsDefined(options.Mode))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Mode, $"There is no {nameof(XdpAttachMode)} {options.Mode}.");
        }

        ProgramName.ThrowIfWrong(options.Name);
        var on = XdpInterface.Find(interfaceName);
        uint entries = (uint)Math.Max(on.MostQueues, on.Queues);
        SysResult created = Bpf.CreateSocketMap(options.Name, entries, out SafeFileHandle map);
        SafeFileHandle? program = null, link = null;
        try
        {
            if (created.IsError) throw new XdpException(ProgramFailures.Map(created.Errno));
            program = Load(options, map);
            SysResult attached = Retry.While(s_patience, errno => errno is Errno.EBUSY or Errno.EEXIST, () =>
            {
                link?.Dispose();
                return XdpInterface.Find(interfaceName).AttachedProgramId != 0
                    ? SysResult.Failed(Errno.EBUSY)
                    : Bpf.CreateLink(program, on.Index, Flags(options.Mode), out link);
            });
            var now = XdpInterface.Find(interfaceName);
            if (attached.IsError) throw new XdpException(ProgramFailures.Link(attached.Errno, now, options));
            return new XdpProgram(on, map, entries, program, link, now.AttachedMode == XdpAttachMode.Native);
        }
        catch
        {
            Detach(link);
            program?.Dispose();
            map.Dispose();
            throw;
        }
    }

    /// <summary>Joins a program that is attached already, by its map: sockets are put into that.</summary>
    /// <param name="map">A descriptor of the map. It is this object's from now on.</param>
    /// <exception cref="XdpException">It is not such a map, or may not be asked.</exception>
    public static XdpProgram Join(SafeFileHandle map)
    {
        ArgumentNullException.ThrowIfNull(map);
        SysResult asked = Bpf.GetMapInformation(map, out uint type, out uint entries);
        if (asked.IsError) throw new XdpException(ProgramFailures.Map(asked.Errno));
        if (type != Bpf.BPF_MAP_TYPE_XSKMAP) throw new XdpException(ProgramFailures.OtherMap(type));
        return new XdpProgram(null, map, entries, null, null, isNative: false);
    }

    /// <summary>Joins a program that is attached already, by the path that its map is pinned under in the BPF file
    /// system.</summary>
    /// <exception cref="XdpException">There is no such map.</exception>
    public static XdpProgram Join(string pinnedMap)
    {
        ArgumentException.ThrowIfNullOrEmpty(pinnedMap);
        SysResult opened = Bpf.OpenPinned(pinnedMap, out SafeFileHandle map);
        if (opened.IsError) throw new XdpException(ProgramFailures.Pinned(opened.Errno, pinnedMap));
        try
        {
            return Join(map);
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>Gives the map a path in the BPF file system, so that others can join (BPF_OBJ_PIN). The file stays until somebody
    /// deletes it.</summary>
    /// <exception cref="XdpException">It is not possible there.</exception>
    public void PinMap(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SysResult pinned = Bpf.Pin(MapHandle, path);
        if (pinned.IsError) throw new XdpException(ProgramFailures.Pinned(pinned.Errno, path));
    }

    /// <summary>
    /// Takes a socket's descriptor from another process and brings its queue's frames to it: the other side of
    /// <see cref="XdpSocket.SendTo"/>. It waits for the descriptor, as long as
    /// the socket's <see cref="Socket.ReceiveTimeout"/> says, and answers.
    /// </summary>
    /// <param name="unix">A connected stream socket of the Unix domain.</param>
    /// <returns>The queue.</returns>
    /// <exception cref="XdpException">The kernel refused the socket, or what came is none; the other process was
    /// told.</exception>
    /// <exception cref="EndOfStreamException">The other side sent nothing.</exception>
    public int Adopt(Socket unix) => Adoption.Answer(unix, this);

    /// <summary>Detaches the program. Its sockets stay open, and receive nothing any more.</summary>
    public void Dispose()
    {
        Detach(_link);
        _program?.Dispose();
        MapHandle.Dispose();
    }

    // Closing does that, too, but only once a process that is just being started has closed its copy.
    private static void Detach(SafeFileHandle? link)
    {
        if (link is null or { IsInvalid: true }) return;
        try
        {
            if (!link.IsClosed) Bpf.DetachLink(link);
        }
        catch (ObjectDisposedException)
        {
            // By another thread, meanwhile.
        }

        link.Dispose();
    }

    /// <summary>Makes a map and loads a program, and attaches nothing: whether the process may.</summary>
    /// <exception cref="XdpException">A step failed.</exception>
    internal static void Try(XdpProgramOptions options)
    {
        SysResult created = Bpf.CreateSocketMap(options.Name, 1, out SafeFileHandle map);
        using (map)
        {
            if (created.IsError) throw new XdpException(ProgramFailures.Map(created.Errno));
            Load(options, map).Dispose();
        }
    }

    /// <summary>Brings the frames of the socket's queue to it. The kernel takes it out when the socket is closed.</summary>
    internal void Add(XdpSocket socket)
    {
        if (Interface is not null && Interface.Index != socket.Interface.Index)
        {
            throw new ArgumentException(
                $"The program is attached to {Interface.Name}, and the socket is on {socket.Interface.Name}.", nameof(socket));
        }

        Add(socket.Handle, socket.Queue);
    }

    internal void Add(SafeFileHandle socket, int queue)
    {
        if (queue >= _entries) throw new XdpException(ProgramFailures.NoEntry(queue, _entries));
        SysResult added = Bpf.Update(MapHandle, (uint)queue, socket);
        if (added.IsError) throw new XdpException(ProgramFailures.Entry(added.Errno, queue));
    }

    private static SafeFileHandle Load(XdpProgramOptions options, SafeFileHandle map)
    {
        ulong[] code = FrameProgram.Compile((options.Filter ?? XdpFilter.All).Node, (int)map.DangerousGetHandle());
        uint flags = options.MultiBuffer ? Bpf.BPF_F_XDP_HAS_FRAGS : 0;
        SysResult loaded = Bpf.LoadProgram(options.Name, code, flags, [], out SafeFileHandle program);
        if (!loaded.IsError) return program;
        program.Dispose();
        byte[] log = new byte[LogLength];
        // Once more, for the verifier's words.
        loaded = Bpf.LoadProgram(options.Name, code, flags, log, out program);
        if (!loaded.IsError) return program;
        program.Dispose();
        throw new XdpException(ProgramFailures.Load(loaded.Errno, VerifierLog.Ending(log)));
    }

    private static uint Flags(XdpAttachMode mode) => mode switch
    {
        XdpAttachMode.Native => Bpf.XDP_FLAGS_DRV_MODE,
        XdpAttachMode.Generic => Bpf.XDP_FLAGS_SKB_MODE,
        _ => 0,
    };
}

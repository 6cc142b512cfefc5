using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// Which sockets are open over a pool's memory. The first one registers it with the kernel, the others share it
/// (XDP_SHARED_UMEM); it is given back when the pool is disposed of and no socket is left.
/// </summary>
internal sealed unsafe class MemorySharing
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly XdpFramePool _pool;
    private readonly byte* _memory;
    private readonly ulong _length;
    private readonly List<(byte Number, SafeFileHandle Handle)> _sockets = [];

    // Sockets that are closed and whose devices may still write into their frames, by their queues.
    private readonly List<(byte Number, uint Interface, uint Queue)> _retired = [];

    // Held while a socket is opened or closed.
    private readonly Lock _gate = new();
    private bool _isPoolDisposed;

    public MemorySharing(XdpFramePool pool, byte* memory, ulong length)
    {
        _pool = pool;
        _memory = memory;
        _length = length;
    }

    /// <summary>A socket that has the memory registered, if there is one.</summary>
    public SafeFileHandle? Shared => _sockets.Count > 0 ? _sockets[0].Handle : null;

    /// <summary>Opens a socket over the memory, while no other one is opened or closed.</summary>
    public void Exclusively(Action open)
    {
        lock (_gate) open();
    }

    /// <summary>A number for a socket, by which frames are told to be its. Within <see cref="Exclusively"/>.</summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    /// <exception cref="InvalidOperationException">There are too many sockets.</exception>
    public byte TakeNumber()
    {
        ObjectDisposedException.ThrowIf(_isPoolDisposed, _pool);
        for (int number = FrameStack.FirstSocket; number <= byte.MaxValue; number++)
        {
            if (!_sockets.Exists(socket => socket.Number == number) && !_retired.Exists(socket => socket.Number == number))
                return (byte)number;
        }

        throw new InvalidOperationException(
            $"The pool has {_sockets.Count} sockets; more than {byte.MaxValue - FrameStack.FirstSocket + 1} cannot share one.");
    }

    /// <summary>XDP_UMEM_REG.</summary>
    public SysResult Register(SafeFileHandle socket)
    {
        XdpFramePoolOptions options = _pool.Options;
        uint flags = options.Unaligned ? AfXdp.XDP_UMEM_UNALIGNED_CHUNK_FLAG : 0;
        if (options.TransmitMetadata) flags |= AfXdp.XDP_UMEM_TX_METADATA_LEN;
        if (options.SoftwareChecksums) flags |= AfXdp.XDP_UMEM_TX_SW_CSUM;
        return AfXdp.RegisterMemory(socket, new AfXdp.MemoryRegistration
        {
            Address = (ulong)_memory,
            Length = _length,
            ChunkSize = _pool.FrameSize,
            Headroom = (uint)options.Headroom,
            Flags = flags,
            TransmitMetadataLength = options.TransmitMetadata ? (uint)sizeof(AfXdp.TransmitMetadata) : 0,
        });
    }

    /// <summary>
    /// A socket is bound to a queue. What a driver had that left the queue it has given back. Within <see cref="Exclusively"/>.
    /// </summary>
    public void Add(byte number, SafeFileHandle handle, uint interfaceIndex, uint queue)
    {
        _sockets.Add((number, handle));
        foreach ((byte retired, _, _) in _retired.Where(one => one.Interface == interfaceIndex && one.Queue == queue))
            _pool.Stack.FreeAllOf(retired);
        _retired.RemoveAll(one => one.Interface == interfaceIndex && one.Queue == queue);
    }

    /// <summary>Closes a socket, and frees the frames in its rings.</summary>
    public void Leave(byte number, SafeFileHandle handle, bool isZeroCopy, uint interfaceIndex, uint queue)
    {
        lock (_gate)
        {
            _sockets.RemoveAll(socket => socket.Number == number);
            handle.Dispose();
            if (isZeroCopy && !QueueDrain.Wait(interfaceIndex, queue, s_patience)) _retired.Add((number, interfaceIndex, queue));
            else _pool.Stack.FreeAllOf(number);
            GiveMemoryBackIfLast();
        }
    }

    public void DisposePool()
    {
        lock (_gate)
        {
            if (_isPoolDisposed) return;
            _isPoolDisposed = true;
            GiveMemoryBackIfLast();
        }
    }

    // Memory that a device may still write into is kept for good: the block's pool would give it to somebody else.
    private void GiveMemoryBackIfLast()
    {
        if (_isPoolDisposed && _sockets.Count == 0 && _retired.Count == 0) _pool.GiveMemoryBack();
    }
}

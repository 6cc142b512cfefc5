using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>
/// A protocol driver that makes an adapter a network interface of the kernel (a tap): what the kernel's own stack sends goes out through the miniport, and what the
/// miniport receives goes in. Use it in this order: <see cref="Open"/>, <see cref="Register"/> before adapters start, <see cref="Bind"/>, <see cref="Close"/>
/// before the adapter is halted, <see cref="Dispose"/> after. These are called from one thread at a time.
/// </summary>
public sealed unsafe partial class TapInterface : IDisposable
{
    private const int Packets = 64;
    private const int FewestPackets = 4;
    private const int TransferPackets = 8;
    private const uint HeaderSize = 14;
    private const uint LongestFrame = 1514;

    // A frame that is too long for the adapter shows as one that is longer than this: a read of the kernel's cuts it off silently.
    private const uint FrameMemory = LongestFrame + 22;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly TapDevice _device;
    private readonly Driver _driver;
    private readonly FramePackets _packets = new(FrameMemory);
    private readonly FramePackets _transfers = new(FrameMemory);
    private readonly OpenBinding _binding = new();
    private readonly WaitedRequest _request = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<TapException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GCHandle _self;
    private NdisInstance? _instance;
    private NDIS_HANDLE _protocol;
    private Thread? _thread;
    private bool _isDisposed;

    private TapInterface(string name, TapDevice device)
    {
        Name = name;
        _device = device;
        _driver = new Driver($"tap {name}", DriverKind.Protocol);
        _self = GCHandle.Alloc(this);
    }

    /// <summary>The interface's name, as it was made.</summary>
    public string Name { get; }

    /// <summary>The longest packet, without the Ethernet header, that the adapter sends (OID_GEN_MAXIMUM_FRAME_SIZE); the interface's MTU.</summary>
    public uint Mtu { get; private set; }

    /// <summary>Completes where somebody removed the interface, with what that means.</summary>
    public Task<TapException> Lost => _lost.Task;

    /// <summary>Makes the interface, which is down, and without a link.</summary>
    /// <param name="name">Its name: 1 to 15 bytes. An interface that was made to last (ip tuntap add), and that nobody has, is taken, and let go of in the end.</param>
    /// <exception cref="TapException">It cannot be made, and why.</exception>
    public static TapInterface Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new TapInterface(name, TapDevice.Open(name));
    }

    /// <summary>Registers the protocol and takes its memory: before adapters start, which cannot then take it where it is scarce.</summary>
    /// <exception cref="AdapterException">There is too little memory, or NDIS refuses the protocol.</exception>
    public void Register(NdisInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        if (_instance is not null) throw new InvalidOperationException("The interface is registered already.");
        _instance = instance;
        instance.Run(_driver, () =>
        {
            _request.Make();
            _transfers.Make(TransferPackets, 1, HeaderSize);
            _packets.Make(Packets, FewestPackets);
            NdisRegisterProtocol(out var status, out _protocol, Characteristics, 0);
            Require(status, nameof(NdisRegisterProtocol));
        });
    }

    /// <summary>
    /// Opens an adapter, gives its address and its longest packet to the interface, and begins to send and receive. The interface has to be set up by its user (ip link
    /// set NAME up).
    /// </summary>
    /// <exception cref="AdapterException">The adapter cannot be opened.</exception>
    /// <exception cref="TapException">The kernel refuses a setting.</exception>
    public void Bind(Adapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        if (_instance is null || _thread is not null) throw new InvalidOperationException("The interface is not registered, or is bound already.");
        _instance.Run(_driver, () =>
        {
            Require(_binding.Open(_protocol, adapter, _self), nameof(NdisOpenAdapter));
            SetUp(adapter);
        });
        _thread = new Thread(() => _instance.Run(_driver, SendFrames)) { IsBackground = true, Name = $"tap {Name}" };
        _thread.Start();
    }

    /// <summary>Stops, closes the adapter and removes the interface. The adapter may still have packets, which it gives back when it is halted.</summary>
    public void Close()
    {
        if (_ending.IsCancellationRequested) return;
        _ending.Cancel();
        _device.Wake();
        _thread?.Join();
        _instance?.Run(_driver, _binding.Close);
        if (_instance is not null) _binding.Closed.Wait(s_patience);
        _device.Dispose();
    }

    /// <summary>As <see cref="Close"/>, and gives everything back.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        Close();
        _isDisposed = true;
        _instance?.Run(_driver, () =>
        {
            _packets.Free(s_patience);
            _transfers.Free(s_patience);
            _request.Free();
            if (!_protocol.IsNull) NdisDeregisterProtocol(out _, _protocol);
        });
        _packets.Dispose();
        _transfers.Dispose();
        _request.Dispose();
        _ending.Dispose();
        if (_instance is null || _binding.Closed.IsCompleted) _self.Free();
    }

    private void Lose(TapException reason)
    {
        if (!_ending.IsCancellationRequested) _lost.TrySetResult(reason);
    }

    private static void Require(NDIS_STATUS status, string call)
    {
        if (status == NDIS_STATUS_SUCCESS) return;
        string reason = $"The interface could not be set up: {call} returned {status.Describe()}.";
        throw new AdapterException(reason, status, []);
    }
}

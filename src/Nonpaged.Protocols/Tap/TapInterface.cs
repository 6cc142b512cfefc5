using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>
/// A protocol driver that makes an adapter a network interface of the kernel (a tap): what the kernel's own stack sends goes out
/// through the miniport, and what the miniport receives goes in. Use it in this order: <see cref="Open"/>, <see cref="Register"/>
/// before adapters start, <see cref="Bind"/>, <see cref="Close"/> before the adapter is halted, <see cref="Dispose"/> after.
/// These are called from one thread at a time.
/// </summary>
public sealed unsafe class TapInterface : IDisposable
{
    private const int Packets = 64;
    private const int FewestPackets = 4;
    private const int TransferPackets = 8;
    private const uint RequestSize = 512;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly TapDevice _device;
    private readonly FramePackets _packets = new(TapFrame.Memory);
    private readonly FramePackets _transfers = new(TapFrame.Memory);
    private readonly BindingHandle _binding = new();
    private readonly OidRequest _request = new(RequestSize);
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<TapException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TapSettings _settings;
    private readonly TapSender _sender;
    private readonly TapReceiver _receiver;
    private GCHandle _self;
    private ProtocolDriver? _protocol;
    private Thread? _thread;
    private bool _isDisposed;

    private TapInterface(string name, TapDevice device)
    {
        Name = name;
        _device = device;
        _settings = new TapSettings(device, _binding, _request, _ending.Token);
        _sender = new TapSender(device, _binding, _packets);
        _receiver = new TapReceiver(device, _binding, _transfers);
        _self = GCHandle.Alloc(this);
    }

    /// <summary>The interface's name, as it was made.</summary>
    public string Name { get; }

    /// <summary>
    /// The longest packet, without the Ethernet header, that the adapter sends (OID_GEN_MAXIMUM_FRAME_SIZE); the interface's MTU.
    /// </summary>
    public uint Mtu => _settings.Mtu;

    /// <summary>Completes where somebody removed the interface, with what that means.</summary>
    public Task<TapException> Lost => _lost.Task;

    /// <summary>Frames that the kernel sent and the adapter put on the wire.</summary>
    public long FramesSent => _sender.Sent;

    /// <summary>Frames that the kernel sent and that were too long, or that the adapter could not send.</summary>
    public long FramesNotSent => _sender.NotSent;

    /// <summary>Frames that the adapter received and the kernel took.</summary>
    public long FramesReceived => _receiver.Received;

    /// <summary>
    /// Frames that the adapter received and that the kernel did not take, as of an interface that is down, or that the miniport
    /// did not hand over.
    /// </summary>
    public long FramesNotReceived => _receiver.NotReceived;

    private NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        Name = DriverName,
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context)._binding.CloseComplete(),
        SendCompleteHandler = static (context, packet, status) => Of(context)._sender.SendComplete(packet, status),
        RequestCompleteHandler = static (context, request, status) => Of(context)._request.Answer(status),
        ReceiveHandler = static (context, receive, header, headerSize, lookAhead, lookAheadSize, packetSize) =>
            Of(context)._receiver.Receive(receive, (byte*)header, headerSize, (byte*)lookAhead, lookAheadSize, packetSize),
        TransferDataCompleteHandler = static (context, packet, status, bytes) =>
            Of(context)._receiver.EndTransfer(packet, status, bytes),
        StatusHandler = static (context, status, buffer, length) => Of(context).SetLink(status),
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            // The adapter is being halted, by its driver or because the hardware went away: what it has comes back aborted.
            Of(context)._binding.Close();
            status = NDIS_STATUS_SUCCESS;
        },
    };

    private string DriverName => $"tap {Name}";

    /// <summary>Makes the interface, which is down, and without a link.</summary>
    /// <param name="name">
    /// Its name: 1 to 15 bytes. An interface that was made to last (ip tuntap add), and that nobody has, is taken, and let go of
    /// in the end.
    /// </param>
    /// <exception cref="TapException">It cannot be made, and why.</exception>
    public static TapInterface Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new TapInterface(name, TapDevice.Open(name));
    }

    /// <summary>
    /// Registers the protocol and takes its memory: before adapters start, which cannot then take it where it is scarce.
    /// </summary>
    /// <exception cref="AdapterException">There is too little memory, or NDIS refuses the protocol.</exception>
    public void Register(NdisInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        if (_protocol is not null) throw new InvalidOperationException("The interface is registered already.");
        _protocol = new ProtocolDriver(instance, DriverName);
        _protocol.Run(() =>
        {
            _request.Make();
            _transfers.Make(TransferPackets, 1, TapFrame.HeaderSize);
            _packets.Make(Packets, FewestPackets);
            Require(_protocol.Register(Characteristics), nameof(NdisRegisterProtocol));
        });
    }

    /// <summary>
    /// Opens an adapter, gives its address and its longest packet to the interface, and begins to send and receive. The interface
    /// has to be set up by its user (ip link set NAME up).
    /// </summary>
    /// <exception cref="AdapterException">The adapter cannot be opened.</exception>
    /// <exception cref="TapException">The kernel refuses a setting.</exception>
    public void Bind(Adapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        if (_protocol is null || _thread is not null)
            throw new InvalidOperationException("The interface is not registered, or is bound already.");
        _protocol.Run(() =>
        {
            Require(_binding.Open(_protocol.Handle, adapter, _self), nameof(NdisOpenAdapter));
            Require(_settings.Exchange(adapter), "NdisRequest of OID_GEN_CURRENT_PACKET_FILTER");
        });
        _thread = new Thread(() => _protocol.Run(SendFrames)) { IsBackground = true, Name = DriverName };
        _thread.Start();
    }

    /// <summary>
    /// Stops, closes the adapter and removes the interface. The adapter may still have packets, which it gives back when it is
    /// halted.
    /// </summary>
    public void Close()
    {
        if (_ending.IsCancellationRequested) return;
        _ending.Cancel();
        _device.Wake();
        _thread?.Join();
        _protocol?.Run(_binding.Close);
        if (_protocol is not null) _binding.Closed.Wait(s_patience);
        _device.Dispose();
    }

    /// <summary>As <see cref="Close"/>, and gives everything back.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        Close();
        _isDisposed = true;
        _protocol?.Run(() =>
        {
            _packets.Free(s_patience);
            _transfers.Free(s_patience);
            _request.Free();
            _protocol.Deregister();
        });
        _packets.Dispose();
        _transfers.Dispose();
        _ending.Dispose();
        if (_protocol is null || _binding.Closed.IsCompleted) _self.Free();
    }

    private static TapInterface Of(NDIS_HANDLE context) => (TapInterface)GCHandle.FromIntPtr(context.Value).Target!;

    private void SendFrames()
    {
        try
        {
            while (!_ending.IsCancellationRequested)
            {
                if (!_sender.SendSome(_ending.Token) && !_device.Wait(TapSettings.LookInterval))
                    throw TapFailures.Refused("poll", Interop.Errno.EBADFD);
                _settings.Look();
            }
        }
        catch (OperationCanceledException)
        {
            // Every packet was out when the end came.
        }
        catch (TapException lost)
        {
            Lose(lost);
        }
    }

    private void SetLink(NDIS_STATUS status)
    {
        if (_ending.IsCancellationRequested) return;
        try
        {
            _settings.SetLink(status);
        }
        catch (Exception gone) when (gone is TapException or ObjectDisposedException)
        {
            Lose(gone as TapException ?? TapFailures.Refused("ioctl", Interop.Errno.EBADFD));
        }
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

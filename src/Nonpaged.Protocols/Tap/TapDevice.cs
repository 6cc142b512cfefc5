using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Protocols;

/// <summary>
/// A network interface of the kernel whose frames this process has (Documentation/networking/tuntap.rst). It is gone when this is
/// disposed of, or the process ends, but for one that was made to last before (ip tuntap add), which is only let go of.
/// </summary>
internal sealed class TapDevice : IDisposable
{
    // The kernel's own default; an interface that has it need not be told.
    private const int DefaultMtu = 1500;

    private readonly SafeFileHandle _device;
    private readonly SafeFileHandle _wakeEnd;
    private readonly SafeFileHandle _wake;
    private readonly SafeFileHandle _socket;

    private TapDevice(SafeFileHandle device)
    {
        _device = device;
        Check(LibC.Pipe2(out _wakeEnd, out _wake), "pipe2");
        Check(LibC.Socket(LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0, out _socket), "socket");
    }

    /// <summary>
    /// Makes the interface, or takes one that lasts and that nobody has. It is down until somebody
    /// sets it up (ip link set NAME up).
    /// </summary>
    /// <exception cref="TapException">It cannot be made, and why.</exception>
    public static TapDevice Open(string name)
    {
        TapFailures.CheckName(name);
        SysResult opened = Tap.Open(out SafeFileHandle device);
        if (opened.IsError)
        {
            device.Dispose();
            throw TapFailures.NoDevice(opened.Errno);
        }

        TapDevice? tap = null;
        try
        {
            SysResult made = Tap.SetInterface(device, name);
            if (made.IsError) throw TapFailures.NotMade(name, made.Errno);
            tap = new TapDevice(device);
            // Until the adapter indicates its link.
            tap.SetCarrier(false);
            return tap;
        }
        catch
        {
            if (tap is null) device.Dispose();
            tap?.Dispose();
            throw;
        }
    }

    /// <summary>Its name, which somebody may change.</summary>
    /// <exception cref="TapException">Somebody removed the interface.</exception>
    public string GetName()
    {
        Check(Tap.GetInterface(_device, out string name, out _), "TUNGETIFF");
        return name;
    }

    public void SetAddress(MacAddress address) => Check(Tap.SetHardwareAddress(_device, address.ToArray()), "SIOCSIFHWADDR");

    public MacAddress GetAddress()
    {
        Span<byte> address = stackalloc byte[6];
        Check(Tap.GetHardwareAddress(_device, address), "SIOCGIFHWADDR");
        return new MacAddress(address);
    }

    public void SetMtu(uint mtu)
    {
        if (mtu != DefaultMtu) Check(Tap.SetMtu(_socket, GetName(), checked((int)mtu)), "SIOCSIFMTU");
    }

    public void SetCarrier(bool isUp) => Check(Tap.SetCarrier(_device, isUp), "TUNSETCARRIER");

    /// <summary>
    /// Somebody wants frames for others, too: a bridge, a capture. Null where that cannot be seen,
    /// as in another network namespace.
    /// </summary>
    public bool? IsPromiscuous() =>
        Tap.GetFlags(_socket, GetName(), out ushort flags).IsError ? null : (flags & Tap.IFF_PROMISC) != 0;

    /// <summary>Reads a frame that the kernel sends; EAGAIN where there is none, EBADFD where the interface is gone.</summary>
    public unsafe SysResult Read(byte* memory, uint length) => LibC.Read(_device, memory, length);

    /// <summary>Hands a received frame to the kernel; EIO where the interface is down, EBADFD where it is gone.</summary>
    public SysResult Write(ReadOnlySpan<byte> frame) => LibC.Write(_device, frame);

    /// <summary>Waits for a frame, or to be woken. False where the interface is gone.</summary>
    public bool Wait(int milliseconds)
    {
        SysResult result = LibC.PollForReading(_device, _wakeEnd, milliseconds, out short events, out _);
        return result.Errno == Errno.EINTR || (!result.IsError && (events & (LibC.POLLERR | LibC.POLLHUP)) == 0);
    }

    /// <summary>Wakes all waiters, for good.</summary>
    public void Wake() => LibC.Write(_wake, [1]);

    public void Dispose()
    {
        _device.Dispose();
        _wakeEnd.Dispose();
        _wake.Dispose();
        _socket.Dispose();
    }

    private static void Check(SysResult result, string call)
    {
        if (result.IsError) throw TapFailures.Refused(call, result.Errno);
    }
}

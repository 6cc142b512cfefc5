using System.Net.Sockets;

namespace Nonpaged.Ndis;

/// <summary>
/// A Unix stream socket through which programs of its user open the devices of an instance's drivers, by <see
/// cref="DriverDevice"/> or ndisdevice.h; docs/devices.md has the protocol. Thread-safe.
/// </summary>
public sealed class DeviceSocket : IDisposable
{
    private const int MostConnections = 256;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<DeviceConnection> _connections = [];
    private readonly NdisInstance _instance;
    private readonly Socket _socket;
    private readonly Thread _thread;
    private bool _isClosed;

    private DeviceSocket(NdisInstance instance, Socket socket, string path)
    {
        _instance = instance;
        _socket = socket;
        Path = path;
        _thread = new Thread(Accept) { IsBackground = true, Name = "devices" };
        instance.Devices.AddDoor(this);
    }

    /// <summary>The environment variable in which a run tells its programs the path: NONPAGED_DEVICES.</summary>
    public static string PathVariable => DeviceWire.PathVariable;

    /// <summary>Where the socket is.</summary>
    public string Path { get; }

    /// <summary>
    /// Makes the socket, with mode 0600. One that a process left which was killed is replaced.
    /// </summary>
    /// <param name="instance">Whose devices; its end closes the socket, too.</param>
    /// <param name="path">Where; 107 bytes at most.</param>
    /// <exception cref="IOException">Another process serves devices there, a file is there that is no socket, or the folder
    /// cannot be written.</exception>
    /// <exception cref="ArgumentException">The path is empty or too long.</exception>
    public static DeviceSocket Listen(NdisInstance instance, string path)
    {
        ArgumentNullException.ThrowIfNull(instance);
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = System.IO.Path.GetFullPath(path);
        UnixDomainSocketEndPoint place;
        try
        {
            place = new UnixDomainSocketEndPoint(full);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new ArgumentException($"A socket's path has 107 bytes at most: {full}", nameof(path));
        }

        RemoveStale(full, place);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(place);
            // Nobody can connect before Listen, so that nobody else gets in between.
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(full, OwnerOnly);
            socket.Listen();
        }
        catch (SocketException refused)
        {
            socket.Dispose();
            throw new IOException($"No socket can be made at {full}: {refused.Message}", refused);
        }

        var devices = new DeviceSocket(instance, socket, full);
        devices._thread.Start();
        return devices;
    }

    /// <summary>
    /// Removes the socket and closes what programs have open: their drivers get IRP_MJ_CLEANUP and, when they have completed what
    /// is outstanding, IRP_MJ_CLOSE, for which this waits ten seconds.
    /// </summary>
    public void Dispose()
    {
        DeviceConnection[] connections;
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            connections = [.. _connections];
        }

        // Closing alone does not wake the thread that accepts on every kernel.
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // It never listened.
        }

        _socket.Dispose();
        File.Delete(Path);
        foreach (DeviceConnection connection in connections) connection.Stop();
        long end = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        foreach (DeviceConnection connection in connections)
            connection.Join(TimeSpan.FromMilliseconds(Math.Max(0, end - Environment.TickCount64)));
        _thread.Join(s_patience);
        _instance.Devices.RemoveDoor(this);
    }

    private static void RemoveStale(string path, UnixDomainSocketEndPoint place)
    {
        if (!File.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(place);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            // Nobody listens any more.
            File.Delete(path);
            return;
        }
        catch (SocketException refused)
        {
            throw new IOException($"{path} is there and is no socket of devices: {refused.Message}", refused);
        }

        throw new IOException($"Another process serves its devices at {path}.");
    }

    // A file that is no socket refuses connections, too, but can be opened.
    private static bool IsSocket(string path)
    {
        try
        {
            File.OpenHandle(path).Dispose();
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private void Accept()
    {
        while (true)
        {
            Socket program;
            try
            {
                program = _socket.Accept();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                lock (_gate)
                {
                    if (_isClosed) return;
                }

                // Too many open files, say: the next program may find one.
                Thread.Sleep(10);
                continue;
            }

            lock (_gate)
            {
                if (_isClosed || _connections.Count == MostConnections)
                {
                    program.Dispose();
                    continue;
                }

                var connection = new DeviceConnection(_instance, program, Forget);
                _connections.Add(connection);
                connection.Start();
            }
        }
    }

    private void Forget(DeviceConnection connection)
    {
        lock (_gate) _connections.Remove(connection);
    }
}

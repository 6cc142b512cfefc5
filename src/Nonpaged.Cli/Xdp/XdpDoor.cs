using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>
/// A Unix socket that listens at a path, and that its owner alone may connect to. The file is gone when this is disposed of; one
/// that a killed process left behind is replaced.
/// </summary>
internal sealed class XdpDoor : IDisposable
{
    private const int Waiting = 64;

    private readonly string _path;

    private XdpDoor(string path, Socket listener) => (_path, Listener) = (path, listener);

    public Socket Listener { get; }

    /// <exception cref="CommandException">Nothing can listen there.</exception>
    public static XdpDoor Open(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            UnixDomainSocketEndPoint end = EndPoint(path);
            Bind(listener, path, end);
            // Until it listens nobody can connect: no moment is left in which others could.
            if (OperatingSystem.IsLinux()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(Waiting);
            return new XdpDoor(path, listener);
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            listener.Dispose();
            throw Refused(path, exception.Message.TrimEnd('.'));
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Listener.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Its folder is gone, or another's now: nothing is left that could be done.
        }
    }

    private static UnixDomainSocketEndPoint EndPoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException)
        {
            throw Refused(path, "the path is empty, or longer than 107 bytes");
        }
    }

    private static void Bind(Socket listener, string path, UnixDomainSocketEndPoint end)
    {
        try
        {
            listener.Bind(end);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            if (!IsLeftBehind(path, end)) throw Refused(path, "there is a file already, or another process listens there");
            File.Delete(path);
            listener.Bind(end);
        }
    }

    // A socket that nobody listens on. open(2) says of sockets alone that there is no such device.
    private static bool IsLeftBehind(string path, UnixDomainSocketEndPoint end)
    {
        using var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            caller.Connect(end);
            return false;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            SysResult opened = LibC.OpenDevice(path, out SafeFileHandle file);
            file.Dispose();
            return opened.Errno == Errno.ENXIO;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static CommandException Refused(string path, string why) => new(
        $"--serve '{path}' cannot be listened on: {why}.", "a path for a Unix socket, in a folder that this user may write to",
        "write, say, --serve /run/xdp.sock", FailureKind.Other);
}

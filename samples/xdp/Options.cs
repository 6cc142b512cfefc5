using System.Globalization;
using System.Net.Sockets;
using Nonpaged.Xdp;

namespace Nonpaged.Samples.Xdp;

/// <summary>What was asked for on the command line: <c>--name value</c>.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = [];

    public Options(string interfaceName, ReadOnlySpan<string> rest)
    {
        InterfaceName = interfaceName;
        for (int i = 0; i < rest.Length; i += 2)
        {
            if (!rest[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == rest.Length)
                throw new ArgumentException($"\"{rest[i]}\": options are --name value.");
            _values[rest[i]] = rest[i + 1];
        }
    }

    public string InterfaceName { get; }

    public long Number(string name, long otherwise) =>
        _values.TryGetValue(name, out string? value) ? long.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    public string Text(string name, string otherwise) => _values.GetValueOrDefault(name, otherwise);

    /// <summary>A socket on the queue that was asked for. In a container without bpf(2) a helper outside brings the
    /// frames.</summary>
    public XdpSocket Open(XdpSocketOptions options)
    {
        string? helper = _values.GetValueOrDefault("--helper");
        var socket = XdpSocket.Open(InterfaceName, (int)Number("--queue", 0), options with { AttachProgram = helper is null });
        try
        {
            if (helper is not null)
            {
                using var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                unix.Connect(new UnixDomainSocketEndPoint(helper));
                socket.SendTo(unix);
            }

            Console.WriteLine($"ready: {socket}");
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

namespace Nonpaged.Xdp.Tests;

/// <summary>Two namespaces and a cable between them (veth(4)): interface "left" in one, "right" in the other.</summary>
internal sealed class Veth : IDisposable
{
    public const string LeftName = "left";
    public const string RightName = "right";

    private Veth(NetworkNamespace left, NetworkNamespace right) => (Left, Right) = (left, right);

    public NetworkNamespace Left { get; }

    public NetworkNamespace Right { get; }

    /// <param name="queues">Of each side.</param>
    /// <param name="mtu">Of each side.</param>
    public static Veth Create(int queues = 1, int mtu = 1500)
    {
        var left = NetworkNamespace.Create();
        NetworkNamespace? right = null;
        try
        {
            right = NetworkNamespace.Create();
            string[] each = ["mtu", $"{mtu}", "numtxqueues", $"{queues}", "numrxqueues", $"{queues}"];
            left.Run(["ip", "link", "add", LeftName, .. each, "type", "veth", "peer", "name", RightName, .. each]);
            left.Run("ip", "link", "set", RightName, "netns", $"{right.Id}");
            left.Run("ip", "link", "set", LeftName, "up");
            right.Run("ip", "link", "set", RightName, "up");
            return new Veth(left, right);
        }
        catch
        {
            right?.Dispose();
            left.Dispose();
            throw;
        }
    }

    public XdpSocket OpenLeft(XdpSocketOptions? options = null, int queue = 0) =>
        Left.Do(() => XdpSocket.Open(LeftName, queue, options));

    public XdpSocket OpenRight(XdpSocketOptions? options = null, int queue = 0) =>
        Right.Do(() => XdpSocket.Open(RightName, queue, options));

    public void Dispose()
    {
        Right.Dispose();
        Left.Dispose();
    }
}

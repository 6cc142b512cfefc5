using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

/// <summary>A client whose other end is the test: what it sends can be read line by line, and answered with anything.</summary>
internal sealed class QtestPeer : IDisposable
{
    private readonly SafeFileHandle _ours;
    private readonly SafeFileHandle _theirs;
    private readonly List<byte> _received = [];

    public QtestPeer(Action<uint, bool>? interrupt = null)
    {
        Assert.False(LibC.SocketPair(out _ours, out _theirs).IsError);
        Client = new QtestClient(_ours, interrupt ?? (static (_, _) => { }), static () => "ended");
    }

    public QtestClient Client { get; }

    public string ReadLine()
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            int end = _received.IndexOf((byte)'\n');
            if (end >= 0)
            {
                string line = Encoding.ASCII.GetString([.. _received[..end]]);
                _received.RemoveRange(0, end + 1);
                return line;
            }

            SysResult count = LibC.Recv(_theirs, buffer);
            Assert.True(count.Value > 0, "The client ended.");
            _received.AddRange(buffer[..count.AsInt32]);
        }
    }

    public void Answer(string text)
    {
        for (Span<byte> rest = Encoding.ASCII.GetBytes(text).AsSpan(); rest.Length > 0;)
        {
            SysResult sent = LibC.Send(_theirs, rest);
            Assert.False(sent.IsError, sent.ToString());
            rest = rest[sent.AsInt32..];
        }
    }

    public void HangUp() => LibC.Shutdown(_theirs);

    public void Dispose()
    {
        HangUp();
        Client.WaitForEnd(Timeout.InfiniteTimeSpan);
        _ours.Dispose();
        _theirs.Dispose();
    }
}

using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Qemu;

/// <summary>Drains a pipe, so that its writer never waits, and keeps the last of what came.</summary>
internal sealed class StandardErrorTail : IDisposable
{
    private const int Kept = 8 * 1024;
    private const int Stack = 128 * 1024;

    private readonly Lock _lock = new();
    private readonly byte[] _tail = new byte[Kept];
    private readonly SafeFileHandle _pipe;
    private readonly Thread _reader;
    private int _length;

    public StandardErrorTail(SafeFileHandle pipe)
    {
        _pipe = pipe;
        _reader = new Thread(Drain, Stack) { IsBackground = true, Name = "QEMU standard error" };
        _reader.Start();
    }

    public string Text
    {
        get
        {
            lock (_lock) return Encoding.UTF8.GetString(_tail, 0, _length).Trim();
        }
    }

    public bool WaitForEnd(TimeSpan limit) => _reader.Join(limit);

    public void Dispose() => _pipe.Dispose();

    private void Drain()
    {
        byte[] buffer = new byte[Kept];
        while (true)
        {
            SysResult read = LibC.Read(_pipe, buffer);
            if (read.Errno == Errno.EINTR) continue;
            if (read.Value <= 0) return;
            Keep(buffer.AsSpan(0, (int)read.Value));
        }
    }

    private void Keep(ReadOnlySpan<byte> added)
    {
        lock (_lock)
        {
            int keep = Math.Min(_length, Kept - added.Length);
            _tail.AsSpan(_length - keep, keep).CopyTo(_tail);
            added.CopyTo(_tail.AsSpan(keep));
            _length = keep + added.Length;
        }
    }
}

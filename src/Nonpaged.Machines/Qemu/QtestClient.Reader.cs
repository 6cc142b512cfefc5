using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Qemu;

internal sealed partial class QtestClient
{
    private const int ReaderStack = 256 * 1024;

    private readonly Thread _reader;
    private readonly ConcurrentQueue<QtestAnswer> _expected = new();
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _answered;
    private volatile string? _complaint;

    /// <summary>Completes when the connection has ended, with the reason.</summary>
    public Task<string> Gone => _end.Task;

    /// <summary>The connection has ended, though its end may still be looked into.</summary>
    public bool IsGone
    {
        get
        {
            lock (_sending) return _gone;
        }
    }

    /// <summary>The caller is a handler of an interrupt line, which the reader thread called.</summary>
    public bool IsInHandler => Thread.CurrentThread == _reader;

    /// <summary>Waits until the device has acted on all that was posted.</summary>
    public void Flush()
    {
        if (Volatile.Read(ref _answered) == Volatile.Read(ref _sent)) return;
        // Commands are answered in order, so any answer will do. Nobody drives this port but a board that shows its start (POST codes).
        Read("inb"u8, 0x80);
    }

    /// <summary>Waits until the reader thread is done.</summary>
    public bool WaitForEnd(TimeSpan limit) => _reader.Join(limit);

    private void ThrowIfInHandler()
    {
        if (IsInHandler) throw new InvalidOperationException("A handler of an interrupt line must only wake somebody up: it must not touch the hardware.");
    }

    private void Listen()
    {
        ReadUntilEnd();

        // Whoever is held up in a send lets go of the lock.
        LibC.Shutdown(_socket);
        lock (_sending) _gone = true;

        // Nobody adds to the queue any more.
        while (_expected.TryDequeue(out var answer)) answer.Vanish();

        var reason = _ended();
        _end.SetResult(_complaint is { } complaint ? $"{complaint} {reason}" : reason);
    }

    private void ReadUntilEnd()
    {
        var buffer = new byte[64 * 1024];
        var filled = 0;
        while (true)
        {
            var received = LibC.Receive(_socket, buffer.AsSpan(filled));
            if (received.Errno == Errno.EINTR) continue;
            // ECONNRESET is the end, too: with something of ours unread.
            if (received.IsError && received.Errno != Errno.ECONNRESET) _complaint = $"The connection to QEMU failed (recv: {received.Errno}).";
            if (received.Value <= 0) return;

            filled += (int)received.Value;
            var rest = buffer.AsSpan(0, filled);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                if (!Handle(rest[..end])) return;
            }

            if (rest.Length == buffer.Length)
            {
                _complaint = "QEMU answered with a line that is too long.";
                return;
            }

            filled = rest.Length;
            rest.CopyTo(buffer);
        }
    }

    private bool Handle(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("IRQ "u8)) return HandleInterrupt(line);
        if (line.StartsWith("OK"u8) && (line.Length == 2 || line[2] == ' '))
        {
            HandleAnswer(line.Length > 3 ? line[3..] : default);
            return true;
        }

        return Complain(line);
    }

    private bool HandleInterrupt(ReadOnlySpan<byte> line)
    {
        // "IRQ raise 20" or "IRQ lower 20"; it comes before the answer of the command that caused it.
        var raised = line.StartsWith("IRQ raise "u8);
        if (!raised && !line.StartsWith("IRQ lower "u8)) return Complain(line);
        var number = line["IRQ raise ".Length..];
        if (!Utf8Parser.TryParse(number, out uint vector, out var used) || used != number.Length) return Complain(line);
        _interrupt(vector, raised);
        return true;
    }

    private void HandleAnswer(ReadOnlySpan<byte> value)
    {
        // Only who waits is in the queue; the answers between are those of posted writes.
        Volatile.Write(ref _answered, _answered + 1);
        if (!_expected.TryPeek(out var answer) || answer.Sequence != _answered) return;
        _expected.TryDequeue(out _);
        answer.Arrive(value);
    }

    private bool Complain(ReadOnlySpan<byte> line)
    {
        _complaint = $"QEMU answered what the qtest protocol does not have: \"{Encoding.ASCII.GetString(line)}\".";
        return false;
    }
}

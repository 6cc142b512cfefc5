using System.Diagnostics;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Qemu;

/// <content>
/// What QEMU sends is taken in by one thread at a time: by the one that waits for an answer, as long as it spins, and otherwise by the reader thread. On a processor of its
/// own QEMU answers within ten microseconds, and a change of threads costs several times that.
/// </content>
internal sealed partial class QtestClient
{
    private const int ReaderStack = 256 * 1024;
    private const int ReaderPause = 50;

    // As long as QEMU's answer takes where it has a processor, several times over.
    private static readonly long s_spin = Stopwatch.Frequency / 1_000_000 * int.Parse(Environment.GetEnvironmentVariable("SPIN") ?? "100");
    private static readonly bool s_yield = Environment.GetEnvironmentVariable("YIELD") != null;

    // Held by the thread that takes in what QEMU sends; guards the buffer and the count of answers.
    private readonly Lock _receiving = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Thread _reader;
    private readonly ConcurrentQueue<QtestAnswer> _expected = new();
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _filled;
    private ulong _answered;
    private long _spins;
    private long _spinsSeen;
    private bool _broken;
    private volatile string? _complaint;

    private enum Received
    {
        Nothing,
        Something,
        End,
    }

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

    /// <summary>The caller is a handler of an interrupt, which must not wait for what it keeps from being taken in.</summary>
    public bool IsInHandler => _receiving.IsHeldByCurrentThread || Thread.CurrentThread == _reader;

    /// <summary>Waits until the reader thread is done.</summary>
    public bool WaitForEnd(TimeSpan limit) => _reader.Join(limit);

    private void ThrowIfInHandler()
    {
        if (IsInHandler) throw new InvalidOperationException("A handler of an interrupt line must only wake somebody up: it must not touch the hardware.");
    }

    private void Listen()
    {
        while (ReadSome())
        {
        }

        // Whoever is held up in a send lets go of the lock.
        LibC.Shutdown(_socket);
        lock (_sending) _gone = true;

        // Nobody adds to the queue any more.
        while (_expected.TryDequeue(out var answer)) answer.Vanish();

        var reason = _ended();
        _end.SetResult(_complaint is { } complaint ? $"{complaint} {reason}" : reason);
    }

    /// <summary>Waits for something to take in. While others do that again and again, it is not woken by each answer. False at the end.</summary>
    private bool ReadSome()
    {
        LibC.PollForReading(_socket, -1);
        while (true)
        {
            if (_receiving.TryEnter())
            {
                try
                {
                    if (TakeIn() == Received.End) return false;
                }
                finally
                {
                    _receiving.Exit();
                }
            }

            var spins = Interlocked.Read(ref _spins);
            if (spins == _spinsSeen) return true;
            _spinsSeen = spins;
            LibC.SleepMicroseconds(ReaderPause);
        }
    }

    /// <summary>Waits for an answer, at first by looking for it, so that no change of threads lies between. False where the time was over.</summary>
    private bool Await(QtestAnswer answer, TimeSpan limit)
    {
        if (s_spin > 0 && _receiving.TryEnter())
        {
            Interlocked.Increment(ref _spins);
            try
            {
                // The end is the reader thread's: it sees it, too.
                for (var until = Stopwatch.GetTimestamp() + s_spin; !answer.IsDone && Stopwatch.GetTimestamp() < until;)
                {
                    var got = TakeIn();
                    if (got == Received.End) break;
                    if (got == Received.Nothing && s_yield) Thread.Yield();
                }
            }
            finally
            {
                _receiving.Exit();
            }
        }

        return answer.IsDone || answer.Wait(limit);
    }

    private Received TakeIn()
    {
        if (_broken) return Received.End;
        var received = LibC.ReceiveAtOnce(_socket, _buffer.AsSpan(_filled));
        if (received.Errno is Errno.EINTR or Errno.EAGAIN) return Received.Nothing;
        // ECONNRESET is the end, too: with something of ours unread.
        if (received.IsError && received.Errno != Errno.ECONNRESET) _complaint = $"The connection to QEMU failed (recv: {received.Errno}).";
        if (received.Value <= 0) return Received.End;

        _filled += (int)received.Value;
        var rest = _buffer.AsSpan(0, _filled);
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
        {
            if (!Handle(rest[..end])) return Break();
        }

        if (rest.Length == _buffer.Length)
        {
            _complaint = "QEMU answered with a line that is too long.";
            return Break();
        }

        _filled = rest.Length;
        rest.CopyTo(_buffer);
        return Received.Something;
    }

    /// <summary>Ends the connection, so that the reader thread finds its end.</summary>
    private Received Break()
    {
        _broken = true;
        LibC.Shutdown(_socket);
        return Received.End;
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
        // Only who waits is in the queue; the answers between are those of writes.
        _answered++;
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

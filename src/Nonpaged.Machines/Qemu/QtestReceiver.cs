using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Qemu;

/// <summary>Takes in what QEMU sends: gives answers to those who asked, in order, and reports interrupts.</summary>
/// <param name="socket">The connection.</param>
/// <param name="interrupt">An intercepted line (its number) was raised or lowered. Called by the thread that takes it in.</param>
internal sealed class QtestReceiver(SafeFileHandle socket, Action<uint, bool> interrupt)
{
    private const int LongestRest = 64;

    // 100 us. QEMU answers in some 10 where it has a processor, and waking two threads takes 40 to 60. On two processors
    // drivers were fastest with 60 to 250, of 15 to 1000.
    private static readonly long s_look = Environment.ProcessorCount > 1 ? Stopwatch.Frequency / 10_000 : 0;

    // Held by the thread that takes in what QEMU sends; guards the buffer, the count of answers, and how often to look.
    private readonly Lock _receiving = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly ConcurrentQueue<QtestAnswer> _expected = new();
    private int _filled;
    private bool _broken;
    private int _asking;
    private int _rest;
    private int _restsLeft;
    private ulong _answered;
    private volatile string? _complaint;

    private enum Received
    {
        Nothing,
        Something,
        End,
    }

    /// <summary>How many commands QEMU has answered.</summary>
    public ulong Answered => Volatile.Read(ref _answered);

    /// <summary>The calling thread takes in what QEMU sends.</summary>
    public bool IsCurrentThread => _receiving.IsHeldByCurrentThread;

    /// <summary>What is wrong with the connection, where it did not simply end.</summary>
    public string? Complaint => _complaint;

    /// <summary>The connection failed.</summary>
    public void Fail(string complaint) => _complaint = complaint;

    /// <summary>One who waits for an answer. In the order of the commands.</summary>
    public void Expect(QtestAnswer answer) => _expected.Enqueue(answer);

    /// <summary>No answer comes any more, and nobody asks again.</summary>
    public void Abandon()
    {
        while (_expected.TryDequeue(out QtestAnswer? answer)) answer.Vanish();
    }

    public void ReadUntilEnd()
    {
        while (true)
        {
            LibC.PollForReading(socket, -1);
            if (!_receiving.TryEnter())
            {
                // The thread that looks for its answer takes this in.
                Thread.Yield();
                continue;
            }

            try
            {
                if (TakeIn() == Received.End) return;
            }
            finally
            {
                _receiving.Exit();
            }
        }
    }

    /// <summary>
    /// Waits for an answer. False where the time was over. Who asks alone looks for it himself for a while, as it comes sooner
    /// than two threads could be woken one after the other; where others ask, too, the processors have more to do than to look.
    /// </summary>
    public bool Await(QtestAnswer answer, TimeSpan limit)
    {
        Interlocked.Increment(ref _asking);
        try
        {
            if (s_look > 0 && Volatile.Read(ref _asking) == 1 && _receiving.TryEnter())
            {
                try
                {
                    if (_restsLeft > 0) _restsLeft--;
                    else Look(answer);
                }
                finally
                {
                    _receiving.Exit();
                }
            }

            return answer.IsDone || answer.Wait(limit);
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
        }
    }

    private void Look(QtestAnswer answer)
    {
        for (long until = Stopwatch.GetTimestamp() + s_look; !answer.IsDone;)
        {
            Received received = TakeIn();
            // The end is the reader thread's, who finds it, too.
            if (received == Received.End) return;
            if (received == Received.Something || Stopwatch.GetTimestamp() < until) continue;

            // QEMU has no processor now: look less often, for a while.
            _rest = Math.Min(LongestRest, Math.Max(1, _rest * 2));
            _restsLeft = _rest;
            return;
        }

        _rest /= 2;
    }

    private Received TakeIn()
    {
        if (_broken) return Received.End;
        SysResult received = LibC.RecvAtOnce(socket, _buffer.AsSpan(_filled));
        if (received.Errno is Errno.EINTR or Errno.EAGAIN) return Received.Nothing;
        // ECONNRESET is the end, too: with something of ours unread.
        if (received.IsError && received.Errno != Errno.ECONNRESET)
            _complaint = $"The connection to QEMU failed (recv: {received.Errno}).";
        if (received.Value <= 0) return Break();

        _filled += (int)received.Value;
        Span<byte> rest = _buffer.AsSpan(0, _filled);
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
        LibC.Shutdown(socket);
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
        bool raised = line.StartsWith("IRQ raise "u8);
        if (!raised && !line.StartsWith("IRQ lower "u8)) return Complain(line);
        ReadOnlySpan<byte> number = line["IRQ raise ".Length..];
        if (!Utf8Parser.TryParse(number, out uint vector, out int used) || used != number.Length) return Complain(line);
        interrupt(vector, raised);
        return true;
    }

    private void HandleAnswer(ReadOnlySpan<byte> value)
    {
        // Only who waits is in the queue; the answers between are those of posted writes.
        Volatile.Write(ref _answered, _answered + 1);
        if (!_expected.TryPeek(out QtestAnswer? answer) || answer.Sequence != _answered) return;
        _expected.TryDequeue(out _);
        answer.Arrive(value);
    }

    private bool Complain(ReadOnlySpan<byte> line)
    {
        _complaint = $"QEMU answered what the qtest protocol does not have: \"{Encoding.ASCII.GetString(line)}\".";
        return false;
    }
}

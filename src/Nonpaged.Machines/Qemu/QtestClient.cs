using System.Globalization;
using System.Numerics;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Qemu;

/// <summary>
/// Speaks qtest with QEMU: one line a command, one line an answer, in order (QEMU: docs/devel/testing/qtest.rst,
/// softmmu/qtest.c). The sending half; <see cref="QtestReceiver"/> is the other one.
/// </summary>
internal sealed class QtestClient
{
    private const int ReaderStack = 256 * 1024;

    // Far fewer answers than would fill QEMU's side of the connection while nobody reads.
    private const int LongestSeries = 256;
    private const int LinesAtOnce = 32;
    private const uint LongestRead = 16 * 1024;

    [ThreadStatic]
    private static QtestAnswer? t_answer;

    [ThreadStatic]
    private static QtestAnswer[]? t_series;

    // Held while a line is sent, so that lines stay whole and answers can be told apart by their order.
    private readonly Lock _sending = new();
    private readonly SafeFileHandle _socket;
    private readonly QtestReceiver _receiver;
    private readonly Thread _reader;
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<string> _ended;
    private ulong _sent;
    private bool _gone;

    /// <summary>Starts listening.</summary>
    /// <param name="socket">The connection; it stays the caller's.</param>
    /// <param name="interrupt">An intercepted line (its number) was raised or lowered. Called on the reader thread.</param>
    /// <param name="ended">The connection ended. Called once, on the reader thread; what it returns becomes <see
    /// cref="Gone"/>.</param>
    public QtestClient(SafeFileHandle socket, Action<uint, bool> interrupt, Func<string> ended)
    {
        _socket = socket;
        _receiver = new QtestReceiver(socket, interrupt);
        _ended = ended;
        _reader = new Thread(Listen, ReaderStack) { IsBackground = true, Name = "qtest reader" };
        _reader.Start();
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

    /// <summary>
    /// The caller is a handler of an interrupt line, which must not wait for what it keeps from being taken in.
    /// </summary>
    public bool IsInHandler => _receiver.IsCurrentThread || Thread.CurrentThread == _reader;

    /// <summary>
    /// Sends a command of a verb, an address and a value, and does not wait: a write to memory-mapped registers, which PCI posts.
    /// A read that comes later flushes it.
    /// </summary>
    public void Post(ReadOnlySpan<byte> verb, ulong address, uint value)
    {
        Span<byte> line = stackalloc byte[QtestLine.Longest];
        Post(line[..QtestLine.AddWrite(line, verb, address, value)], 1);
    }

    /// <summary>
    /// Sends a command of a verb, an address and a value, and waits until the device has acted, as an OUT of x86 does.
    /// </summary>
    public void Write(ReadOnlySpan<byte> verb, ulong address, uint value)
    {
        Span<byte> line = stackalloc byte[QtestLine.Longest];
        Ask(line[..QtestLine.AddWrite(line, verb, address, value)], wantsText: false, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Sends a command of a verb and an address, and waits for the number it answers; all ones where the hardware is gone.
    /// </summary>
    public ulong Read(ReadOnlySpan<byte> verb, ulong address)
    {
        Span<byte> line = stackalloc byte[QtestLine.Longest];
        int length = QtestLine.AddRead(line, verb, address);
        return Ask(line[..length], wantsText: false, Timeout.InfiniteTimeSpan).Number;
    }

    /// <summary>Has QEMU report the I/O APIC's inputs. The first thing to ask: its answer says that QEMU is up.</summary>
    /// <exception cref="TimeoutException">QEMU did not answer in time.</exception>
    /// <returns>false where the connection ended instead.</returns>
    public bool InterceptInterrupts(TimeSpan limit) => Ask("irq_intercept_in ioapic\n"u8, wantsText: false, limit).Arrived;

    /// <summary>Reads physical memory through QEMU; null where the hardware is gone.</summary>
    public byte[]? ReadMemory(ulong address, uint length)
    {
        ArgumentOutOfRangeException.ThrowIfZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LongestRead);
        Span<byte> line = stackalloc byte[QtestLine.Longest];
        int end = QtestLine.AddWrite(line, "read"u8, address, length);
        string? text = Ask(line[..end], wantsText: true, Timeout.InfiniteTimeSpan).Text;
        return text is null ? null : Convert.FromHexString(text.AsSpan("0x".Length));
    }

    /// <summary>Writes physical memory through QEMU, and waits until it is done.</summary>
    public void WriteMemory(ulong address, ReadOnlySpan<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfZero(data.Length);
        string digits = Convert.ToHexString(data);
        string line = string.Create(CultureInfo.InvariantCulture, $"write 0x{address:x} 0x{data.Length:x} 0x{digits}\n");
        Ask(System.Text.Encoding.ASCII.GetBytes(line), wantsText: false, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Asks the same question again and again, and gives each answer to a function, in order; all ones where the hardware is
    /// gone. The questions are sent without waiting for the answers between, which saves a round trip each.
    /// </summary>
    public void ReadSeries(ReadOnlySpan<byte> verb, ulong address, int count, Action<int, ulong> answered)
    {
        ThrowIfInHandler();
        Span<byte> line = stackalloc byte[QtestLine.Longest];
        int length = QtestLine.AddRead(line, verb, address);
        QtestAnswer[] series = t_series ??= [.. Enumerable.Range(0, LongestSeries).Select(_ => new QtestAnswer())];
        byte[] lines = new byte[length * Math.Min(count, LongestSeries)];
        for (int at = 0; at < lines.Length; at += length) line[..length].CopyTo(lines.AsSpan(at));
        for (int first = 0; first < count; first += LongestSeries)
        {
            int some = Math.Min(LongestSeries, count - first);
            AskAll(series.AsSpan(0, some), lines.AsSpan(0, some * length));
            for (int index = 0; index < some; index++) answered(first + index, series[index].Number);
        }
    }

    /// <summary>
    /// Writes one value after the other to the same address, and waits once, until the device has acted on the last.
    /// </summary>
    public void WriteSeries<T>(ReadOnlySpan<byte> verb, ulong address, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (values.IsEmpty) return;
        PostSeries(verb, address, values[..^1]);
        Write(verb, address, uint.CreateTruncating(values[^1]));
    }

    /// <summary>
    /// Writes one value after the other to the same address, and does not wait. QEMU acts on the first ones while the next are
    /// sent.
    /// </summary>
    public void PostSeries<T>(ReadOnlySpan<byte> verb, ulong address, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        Span<byte> lines = stackalloc byte[QtestLine.Longest * LinesAtOnce];
        while (values.Length > 0)
        {
            ReadOnlySpan<T> some = values[..Math.Min(values.Length, LinesAtOnce)];
            values = values[some.Length..];
            int length = 0;
            foreach (T value in some)
                length += QtestLine.AddWrite(lines[length..], verb, address, uint.CreateTruncating(value));
            Post(lines[..length], some.Length);
        }
    }

    /// <summary>Waits until the device has acted on all that was posted.</summary>
    public void Flush()
    {
        if (_receiver.Answered == Volatile.Read(ref _sent)) return;
        // Commands are answered in order, so any answer will do. Nobody drives this port but a board that shows its start (POST
        // codes).
        Read("inb"u8, 0x80);
    }

    /// <summary>Waits until the reader thread is done.</summary>
    public bool WaitForEnd(TimeSpan limit) => _reader.Join(limit);

    private void ThrowIfInHandler()
    {
        if (!IsInHandler) return;
        throw new InvalidOperationException(
            "A handler of an interrupt line must only wake somebody up: it must not touch the hardware.");
    }

    private void Listen()
    {
        _receiver.ReadUntilEnd();

        // A thread that is held up in a send lets go of the lock.
        LibC.Shutdown(_socket);
        lock (_sending) _gone = true;

        // Nobody adds to the queue any more.
        _receiver.Abandon();

        string reason = _ended();
        _end.SetResult(_receiver.Complaint is { } complaint ? $"{complaint} {reason}" : reason);
    }

    private void Post(ReadOnlySpan<byte> lines, int count)
    {
        // The caller's stores to RAM come before the doorbell that announces them.
        Interlocked.MemoryBarrier();
        lock (_sending)
        {
            if (_gone) return;
            _sent += (ulong)count;
            Send(lines);
        }
    }

    private QtestAnswer Ask(ReadOnlySpan<byte> line, bool wantsText, TimeSpan limit)
    {
        ThrowIfInHandler();
        QtestAnswer answer = t_answer ??= new QtestAnswer();
        Interlocked.MemoryBarrier();
        lock (_sending)
        {
            if (_gone) return answer.Absent();
            answer.Expect(++_sent, wantsText);
            _receiver.Expect(answer);
            Send(line);
        }

        if (!_receiver.Await(answer, limit))
        {
            // The answer may still come, and must not land in this thread's next question.
            t_answer = null;
            throw new TimeoutException($"QEMU did not answer within {limit.TotalSeconds:0} s.");
        }

        // Later loads from RAM see what the device had written before it answered.
        Interlocked.MemoryBarrier();
        return answer;
    }

    private void Send(ReadOnlySpan<byte> line)
    {
        while (line.Length > 0)
        {
            SysResult sent = LibC.Send(_socket, line);
            if (sent.Errno == Errno.EINTR) continue;

            if (sent.IsError)
            {
                // QEMU is gone, or the connection is of no more use: the reader thread sees the end of the stream and tells
                // everybody.
                if (sent.Errno is not (Errno.EPIPE or Errno.ECONNRESET))
                    _receiver.Fail($"The connection to QEMU failed (send: {sent.Errno}).");
                LibC.Shutdown(_socket);
                return;
            }

            line = line[(int)sent.Value..];
        }
    }

    private void AskAll(ReadOnlySpan<QtestAnswer> answers, ReadOnlySpan<byte> lines)
    {
        Interlocked.MemoryBarrier();
        lock (_sending)
        {
            if (_gone)
            {
                foreach (QtestAnswer answer in answers) answer.Absent();
                return;
            }

            foreach (QtestAnswer answer in answers)
            {
                answer.Expect(++_sent, wantsText: false);
                _receiver.Expect(answer);
            }

            Send(lines);
        }

        foreach (QtestAnswer answer in answers) _receiver.Await(answer, Timeout.InfiniteTimeSpan);
        Interlocked.MemoryBarrier();
    }
}

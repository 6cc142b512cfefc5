using System.Buffers.Text;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Qemu;

/// <summary>
/// Speaks qtest with QEMU: one line a command, one line an answer, in order (QEMU: docs/devel/testing/qtest.rst,
/// softmmu/qtest.c). QEMU aborts on a malformed line, so lines are only made here, of numbers.
/// </summary>
internal sealed partial class QtestClient
{
    private const int LongestLine = 64;
    private const uint LongestRead = 16 * 1024;

    [ThreadStatic]
    private static QtestAnswer? t_answer;

    // Held while a line is sent, so that lines stay whole and answers can be told apart by their order.
    private readonly Lock _sending = new();
    private readonly SafeFileHandle _socket;
    private readonly Action<uint, bool> _interrupt;
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
        _interrupt = interrupt;
        _ended = ended;
        _reader = new Thread(Listen, ReaderStack) { IsBackground = true, Name = "qtest reader" };
        _reader.Start();
    }

    /// <summary>
    /// Sends a command of a verb, an address and a value, and does not wait: a write to memory-mapped registers, which PCI posts. A read that comes later flushes it.
    /// </summary>
    public void Post(ReadOnlySpan<byte> verb, ulong address, uint value)
    {
        Span<byte> line = stackalloc byte[LongestLine];
        Post(line[..AddWrite(line, verb, address, value)], 1);
    }

    /// <summary>Sends a command of a verb, an address and a value, and waits until the device has acted, as an OUT of x86 does.</summary>
    public void Write(ReadOnlySpan<byte> verb, ulong address, uint value)
    {
        Span<byte> line = stackalloc byte[LongestLine];
        Ask(line[..AddWrite(line, verb, address, value)], wantsText: false, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Sends a command of a verb and an address, and waits for the number it answers; all ones where the hardware is gone.
    /// </summary>
    public ulong Read(ReadOnlySpan<byte> verb, ulong address)
    {
        Span<byte> line = stackalloc byte[LongestLine];
        var length = AddHexadecimal(line, AddVerb(line, verb), address);
        line[length++] = (byte)'\n';
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
        Span<byte> line = stackalloc byte[LongestLine];
        var end = AddHexadecimal(line, AddVerb(line, "read"u8), address);
        line[end++] = (byte)' ';
        end = AddHexadecimal(line, end, length);
        line[end++] = (byte)'\n';
        var text = Ask(line[..end], wantsText: true, Timeout.InfiniteTimeSpan).Text;
        return text is null ? null : Convert.FromHexString(text.AsSpan("0x".Length));
    }

    /// <summary>Writes physical memory through QEMU, and waits until it is done.</summary>
    public void WriteMemory(ulong address, ReadOnlySpan<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfZero(data.Length);
        var digits = Convert.ToHexString(data);
        var line = string.Create(CultureInfo.InvariantCulture, $"write 0x{address:x} 0x{data.Length:x} 0x{digits}\n");
        Ask(System.Text.Encoding.ASCII.GetBytes(line), wantsText: false, Timeout.InfiniteTimeSpan);
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

    private static int AddWrite(Span<byte> line, ReadOnlySpan<byte> verb, ulong address, uint value)
    {
        var length = AddHexadecimal(line, AddVerb(line, verb), address);
        line[length++] = (byte)' ';
        length = AddHexadecimal(line, length, value);
        line[length++] = (byte)'\n';
        return length;
    }

    private static int AddVerb(Span<byte> line, ReadOnlySpan<byte> verb)
    {
        verb.CopyTo(line);
        line[verb.Length] = (byte)' ';
        return verb.Length + 1;
    }

    private static int AddHexadecimal(Span<byte> line, int at, ulong value)
    {
        line[at++] = (byte)'0';
        line[at++] = (byte)'x';
        Utf8Formatter.TryFormat(value, line[at..], out var written, 'x');
        return at + written;
    }

    private QtestAnswer Ask(ReadOnlySpan<byte> line, bool wantsText, TimeSpan limit)
    {
        ThrowIfInHandler();
        var answer = t_answer ??= new QtestAnswer();
        Interlocked.MemoryBarrier();
        lock (_sending)
        {
            if (_gone) return answer.Absent();
            answer.Expect(++_sent, wantsText);
            _expected.Enqueue(answer);
            Send(line);
        }

        if (!Await(answer, limit))
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
            var sent = LibC.Send(_socket, line);
            if (sent.Errno == Errno.EINTR) continue;

            if (sent.IsError)
            {
                // QEMU is gone, or the connection is of no more use: the reader thread sees the end of the stream and tells everybody.
                if (sent.Errno is not (Errno.EPIPE or Errno.ECONNRESET)) _complaint = $"The connection to QEMU failed (send: {sent.Errno}).";
                LibC.Shutdown(_socket);
                return;
            }

            line = line[(int)sent.Value..];
        }
    }
}

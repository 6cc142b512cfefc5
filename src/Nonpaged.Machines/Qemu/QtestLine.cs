using System.Buffers.Text;

namespace Nonpaged.Machines.Qemu;

/// <summary>Makes lines of the qtest protocol, of numbers alone: QEMU aborts on a malformed line.</summary>
internal static class QtestLine
{
    /// <summary>Room for any line with a verb, an address and a value.</summary>
    public const int Longest = 64;

    /// <summary>A verb and an address. Returns the length.</summary>
    public static int AddRead(Span<byte> line, ReadOnlySpan<byte> verb, ulong address)
    {
        int length = AddHexadecimal(line, AddVerb(line, verb), address);
        line[length++] = (byte)'\n';
        return length;
    }

    /// <summary>A verb, an address and a value. Returns the length.</summary>
    public static int AddWrite(Span<byte> line, ReadOnlySpan<byte> verb, ulong address, ulong value)
    {
        int length = AddHexadecimal(line, AddVerb(line, verb), address);
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
        Utf8Formatter.TryFormat(value, line[at..], out int written, 'x');
        return at + written;
    }
}

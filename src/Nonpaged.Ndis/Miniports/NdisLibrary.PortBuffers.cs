namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>Reads one 8-bit port again and again into a buffer; all ones where this driver has not registered it.</summary>
    /// <param name="Port">The port.</param>
    /// <param name="Buffer">Receives the values.</param>
    /// <param name="Length">How many values.</param>
    public static void NdisRawReadPortBufferUchar(void* Port, byte* Buffer, uint Length)
    {
        var values = new Span<byte>(Buffer, Count(Length));
        if (Ports(Port, sizeof(byte)) is { } ports) ports.ReadBytes((ushort)(nint)Port, values);
        else values.Fill(byte.MaxValue);
    }

    /// <summary>Reads one 16-bit port again and again into a buffer.</summary>
    /// <inheritdoc cref="NdisRawReadPortBufferUchar"/>
    public static void NdisRawReadPortBufferUshort(void* Port, ushort* Buffer, uint Length)
    {
        var values = new Span<ushort>(Buffer, Count(Length));
        if (Ports(Port, sizeof(ushort)) is { } ports) ports.ReadUInt16s((ushort)(nint)Port, values);
        else values.Fill(ushort.MaxValue);
    }

    /// <summary>Reads one 32-bit port again and again into a buffer.</summary>
    /// <inheritdoc cref="NdisRawReadPortBufferUchar"/>
    public static void NdisRawReadPortBufferUlong(void* Port, uint* Buffer, uint Length)
    {
        var values = new Span<uint>(Buffer, Count(Length));
        if (Ports(Port, sizeof(uint)) is { } ports) ports.ReadUInt32s((ushort)(nint)Port, values);
        else values.Fill(uint.MaxValue);
    }

    /// <summary>
    /// Writes the values of a buffer to one 8-bit port, one after the other; the device has acted on all when it returns.
    /// </summary>
    /// <param name="Port">The port.</param>
    /// <param name="Buffer">The values.</param>
    /// <param name="Length">How many values.</param>
    public static void NdisRawWritePortBufferUchar(void* Port, byte* Buffer, uint Length)
    {
        Ports(Port, sizeof(byte))?.WriteBytes((ushort)(nint)Port, new ReadOnlySpan<byte>(Buffer, Count(Length)));
    }

    /// <summary>Writes the values of a buffer to one 16-bit port, one after the other. The buffer need not be aligned.</summary>
    /// <inheritdoc cref="NdisRawWritePortBufferUchar"/>
    public static void NdisRawWritePortBufferUshort(void* Port, ushort* Buffer, uint Length)
    {
        Ports(Port, sizeof(ushort))?.WriteUInt16s((ushort)(nint)Port, new ReadOnlySpan<ushort>(Buffer, Count(Length)));
    }

    /// <summary>Writes the values of a buffer to one 32-bit port, one after the other. The buffer need not be aligned.</summary>
    /// <inheritdoc cref="NdisRawWritePortBufferUchar"/>
    public static void NdisRawWritePortBufferUlong(void* Port, uint* Buffer, uint Length)
    {
        Ports(Port, sizeof(uint))?.WriteUInt32s((ushort)(nint)Port, new ReadOnlySpan<uint>(Buffer, Count(Length)));
    }

    // No span has more.
    private static int Count(uint length) => (int)Math.Min(length, int.MaxValue);
}

namespace Nonpaged.Ndis;

/// <summary>Walks the bytes of a packet's buffers, piece by piece.</summary>
internal unsafe ref struct PacketCursor
{
    private NDIS_BUFFER* _buffer;
    private uint _offset;

    public PacketCursor(NDIS_PACKET* packet, uint offset)
    {
        _buffer = packet->Private.Head;
        _offset = offset;
    }

    /// <summary>The next piece, of at most so many bytes; false at the packet's end.</summary>
    public bool Next(uint atMost, out byte* piece, out uint length)
    {
        while (_buffer is not null && _offset >= _buffer->ByteCount)
        {
            _offset -= _buffer->ByteCount;
            _buffer = _buffer->Next;
        }

        piece = _buffer is null ? null : (byte*)_buffer->MappedSystemVa + _offset;
        length = _buffer is null ? 0 : Math.Min(atMost, _buffer->ByteCount - _offset);
        _offset += length;
        return _buffer is not null;
    }

    /// <summary>Copies into a packet's buffers, and answers how many bytes found room.</summary>
    public static uint Write(NDIS_PACKET* packet, uint offset, void* source, uint length)
    {
        uint written = 0u;
        var cursor = new PacketCursor(packet, offset);
        while (written < length && cursor.Next(length - written, out byte* piece, out uint room))
        {
            Buffer.MemoryCopy((byte*)source + written, piece, room, room);
            written += room;
        }

        return written;
    }

    /// <summary>Copies out of a packet's buffers, and answers how many bytes there were.</summary>
    public static uint Read(NDIS_PACKET* packet, uint offset, void* destination, uint length)
    {
        uint read = 0u;
        var cursor = new PacketCursor(packet, offset);
        while (read < length && cursor.Next(length - read, out byte* piece, out uint available))
        {
            Buffer.MemoryCopy(piece, (byte*)destination + read, available, available);
            read += available;
        }

        return read;
    }
}

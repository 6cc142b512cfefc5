using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>The mapping of a ring, which is unmapped when this is disposed of.</summary>
internal sealed unsafe class MappedRing : IDisposable
{
    private readonly uint _entries;
    private readonly AfXdp.RingOffsets _offsets;
    private readonly nuint _length;
    private byte* _mapping;

    private MappedRing(byte* mapping, nuint length, in AfXdp.RingOffsets offsets, uint entries)
    {
        _mapping = mapping;
        _length = length;
        _offsets = offsets;
        _entries = entries;
    }

    /// <summary>Its positions are the kernel's of this moment.</summary>
    public Ring Ring => new(_mapping, _offsets, _entries);

    public static SysResult Map(
        SafeFileHandle socket, in AfXdp.RingOffsets offsets, uint entries, uint entrySize, long where, out MappedRing? ring)
    {
        ring = null;
        nuint length = (nuint)(offsets.Entries + (ulong)entries * entrySize);
        bool holds = false;
        try
        {
            socket.DangerousAddRef(ref holds);
            SysResult mapped = LibC.MMap(
                null, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | AfXdp.MAP_POPULATE,
                (int)socket.DangerousGetHandle(), where);
            if (!mapped.IsError) ring = new MappedRing((byte*)mapped.Value, length, offsets, entries);
            return mapped;
        }
        finally
        {
            if (holds) socket.DangerousRelease();
        }
    }

    public void Dispose()
    {
        if (_mapping is null) return;
        LibC.MUnmap(_mapping, _length);
        _mapping = null;
    }
}

using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>A mapped memory file of 2 MiB, aligned to its length, to try things on. Gone when disposed.</summary>
internal sealed unsafe class ProbeMemory : IDisposable
{
    public const nuint Length = 2 << 20;

    private readonly SafeFileHandle _file;
    private void* _mapping;

    private ProbeMemory(SafeFileHandle file) => _file = file;

    /// <summary>Its first byte.</summary>
    public void* Start { get; private set; }

    /// <summary>Null where the system refuses it, which then is the reason.</summary>
    public static ProbeMemory? TryCreate(out SysResult result)
    {
        result = LibC.MemFdCreate("nonpaged-doctor", LibC.MFD_CLOEXEC, out SafeFileHandle file);
        var memory = new ProbeMemory(file);
        if (!result.IsError) result = LibC.FTruncate(file, (long)Length);
        if (!result.IsError) result = memory.Map();
        if (!result.IsError) return memory;
        memory.Dispose();
        return null;
    }

    public void Dispose()
    {
        if (_mapping != null) LibC.MUnmap(_mapping, 2 * Length);
        _mapping = null;
        _file.Dispose();
    }

    // Room for twice the length holds an aligned 2 MiB, over which the file is mapped.
    private SysResult Map()
    {
        SysResult room = LibC.MMap(
            null, 2 * Length, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if (room.IsError) return room;
        _mapping = (void*)room.Value;
        Start = (void*)(((nuint)_mapping + Length - 1) & ~(Length - 1));
        return LibC.MMap(
            Start, Length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_FIXED, (int)_file.DangerousGetHandle(),
            0);
    }
}

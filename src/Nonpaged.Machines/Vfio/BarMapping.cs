using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Vfio;

/// <summary>
/// A base address register's memory, mapped. When the device goes, ordinary memory takes the place of its registers: a thread that is late reads that and does not fault.
/// </summary>
internal sealed unsafe class BarMapping
{
    private readonly nuint _length;
    private volatile bool _isDetached;

    private BarMapping(byte* start, nuint length)
    {
        Start = start;
        _length = length;
    }

    ~BarMapping()
    {
        // No window refers to it any more.
        LibC.UnmapMemory(Start, _length);
    }

    public byte* Start { get; }

    /// <summary>The device is gone.</summary>
    public bool IsDetached => _isDetached;

    public static SysResult Map(SafeFileHandle device, VfioRegion region, out BarMapping? mapping)
    {
        SysResult mapped = LibC.MapMemory(
            null, (nuint)region.Length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, (int)device.DangerousGetHandle(), region.Offset);
        mapping = mapped.IsError ? null : new BarMapping((byte*)mapped.Value, (nuint)region.Length);
        return mapped;
    }

    /// <summary>Takes the registers away. While they are mapped the kernel keeps the device open.</summary>
    public void Detach()
    {
        if (_isDetached) return;
        _isDetached = true;
        const int Flags = LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE | LibC.MAP_FIXED;
        if (LibC.MapMemory(Start, _length, LibC.PROT_READ | LibC.PROT_WRITE, Flags, -1, 0).IsError) LibC.UnmapMemory(Start, _length);
    }
}

using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Vfio;

/// <summary>
/// A region of a device's file: a base address register, or configuration space. Read and written through the kernel.
/// </summary>
internal sealed unsafe class VfioRegion
{
    private readonly SafeFileHandle _device;
    private readonly Interop.Vfio.RegionInfo _info;

    private VfioRegion(SafeFileHandle device, Interop.Vfio.RegionInfo info, bool isMappable)
    {
        _device = device;
        _info = info;
        IsMappable = isMappable;
    }

    public uint Index => _info.Index;

    public ulong Length => _info.Length;

    /// <summary>Where it begins in the device's file.</summary>
    public long Offset => (long)_info.Offset;

    /// <summary>All of it may be mapped. Where a table of MSI-X lies in it, some kernels leave that out.</summary>
    public bool IsMappable { get; }

    public static SysResult Open(SafeFileHandle device, uint index, out VfioRegion? region)
    {
        region = null;
        SysResult read = Interop.Vfio.GetRegionInfo(device, index, out Interop.Vfio.RegionInfo info);
        if (read.IsError) return read;
        bool isMappable = (info.Flags & Interop.Vfio.VFIO_REGION_INFO_FLAG_MMAP) != 0;
        if (isMappable && (info.Flags & Interop.Vfio.VFIO_REGION_INFO_FLAG_CAPS) != 0) isMappable = !IsSparse(device, info);
        region = new VfioRegion(device, info, isMappable);
        return read;
    }

    /// <summary>Reads 1, 2 or 4 bytes by one access; all ones where the device is gone.</summary>
    public uint Read(ulong offset, uint width)
    {
        uint value = 0;
        bool isRead = !_device.IsClosed && LibC.PRead(_device, &value, width, Offset + (long)offset).Value == (nint)width;
        return isRead ? value : uint.MaxValue >> (int)(32 - 8 * width);
    }

    /// <summary>Writes 1, 2 or 4 bytes by one access; nothing where the device is gone.</summary>
    public void Write(ulong offset, uint width, uint value)
    {
        if (!_device.IsClosed) LibC.PWrite(_device, &value, width, Offset + (long)offset);
    }

    private static bool IsSparse(SafeFileHandle device, Interop.Vfio.RegionInfo info)
    {
        byte[] room = new byte[info.Size];
        if (room.Length <= sizeof(Interop.Vfio.RegionInfo) || Interop.Vfio.GetRegionInfo(device, info.Index, room).IsError)
            return true;
        uint offset = Unsafe.ReadUnaligned<Interop.Vfio.RegionInfo>(ref room[0]).CapabilityOffset;
        for (uint last = 0; offset > last && offset <= room.Length - sizeof(Interop.Vfio.CapabilityHeader);)
        {
            Interop.Vfio.CapabilityHeader capability = Unsafe.ReadUnaligned<Interop.Vfio.CapabilityHeader>(ref room[(int)offset]);
            if (capability.Id == Interop.Vfio.VFIO_REGION_INFO_CAP_SPARSE_MMAP) return true;
            (last, offset) = (offset, capability.Next);
        }

        return false;
    }
}

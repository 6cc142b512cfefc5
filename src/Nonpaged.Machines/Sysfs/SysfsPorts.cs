using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Sysfs;

/// <summary>
/// I/O ports by reading and writing a card's resource file, an access of 1, 2 or 4 bytes each (Documentation/PCI/sysfs-pci.rst).
/// </summary>
internal sealed unsafe class SysfsPorts(SysfsDevice[] devices) : PortSpace
{
    public override byte ReadByte(ushort port) => Read<byte>(port);

    public override ushort ReadUInt16(ushort port) => Read<ushort>(port);

    public override uint ReadUInt32(ushort port) => Read<uint>(port);

    public override void WriteByte(ushort port, byte value) => Write(port, value);

    public override void WriteUInt16(ushort port, ushort value) => Write(port, value);

    public override void WriteUInt32(ushort port, uint value) => Write(port, value);

    private T Read<T>(ushort port)
        where T : unmanaged
    {
        T value = default;
        SafeFileHandle? file = FileOf(port, sizeof(T), out long offset);
        if (file is null || LibC.PRead(file, &value, (nuint)sizeof(T), offset).IsError)
            new Span<byte>(&value, sizeof(T)).Fill(0xff);
        return value;
    }

    private void Write<T>(ushort port, T value)
        where T : unmanaged
    {
        if (FileOf(port, sizeof(T), out long offset) is { } file) LibC.PWrite(file, &value, (nuint)sizeof(T), offset);
    }

    /// <summary>Null where no device answers, as on a bus.</summary>
    private SafeFileHandle? FileOf(ushort port, int width, out long offset)
    {
        foreach (SysfsDevice device in devices)
        {
            if (device.TryFindPort(port, width, out offset) is { } file) return file;
        }

        offset = 0;
        return null;
    }
}

using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Pci;

namespace Nonpaged.Machines.Sysfs;

/// <summary>A card of this machine that was taken: its files, its registers as the kernel assigned them, and its interrupt.</summary>
internal sealed unsafe partial class SysfsDevice : PciDevice, IDisposable
{
    private readonly string _folder;
    private readonly SafeFileHandle _configuration;
    private readonly Dictionary<int, SafeFileHandle> _ports = [];
    private readonly Dictionary<int, MappedRegisters> _registers = [];
    private readonly Lock _gate = new();
    private volatile bool _isDetached;

    private SysfsDevice(string address, string folder, SafeFileHandle configuration, PciLocation location)
    {
        Address = address;
        _folder = folder;
        _configuration = configuration;
        Location = location;
        VendorId = ReadUInt16(PciRegister.VendorId);
        DeviceId = ReadUInt16(PciRegister.DeviceId);
    }

    /// <summary>Its PCI address with the domain.</summary>
    public string Address { get; }

    public override PciLocation Location { get; }

    public override ushort VendorId { get; }

    public override ushort DeviceId { get; }

    public override IReadOnlyList<PciBar> Bars => _bars;

    public override uint? InterruptVector => _vector;

    public override void ReadConfiguration(int offset, Span<byte> destination)
    {
        CheckRange(offset, destination.Length);
        fixed (byte* first = destination)
        {
            if (_isDetached || LibC.PRead(_configuration, first, (nuint)destination.Length, offset).Value != destination.Length) destination.Fill(0xff);
        }
    }

    public override void WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        CheckRange(offset, source.Length);
        Span<byte> bytes = stackalloc byte[ConfigurationLength];
        source.CopyTo(bytes);
        bytes = bytes[..source.Length];
        // Nobody in the kernel would answer an interrupt, so the line stays off whatever a driver writes.
        const int upperCommand = PciRegister.Command + 1;
        if (IsPolled && offset <= upperCommand && offset + source.Length > upperCommand) bytes[upperCommand - offset] |= PciRegister.CommandInterruptDisable >> 8;
        lock (_gate)
        {
            fixed (byte* first = bytes)
            {
                if (!_isDetached) LibC.PWrite(_configuration, first, (nuint)bytes.Length, offset);
            }
        }
    }

    /// <summary>The file of the ports that an access is in; null where it is not one of this card's.</summary>
    public SafeFileHandle? TryFindPort(ushort port, int width, out long offset)
    {
        offset = 0;
        if (_isDetached) return null;
        foreach (PciBar bar in _bars)
        {
            if (!bar.IsPort || port < bar.Start || (ulong)port + (ulong)width > bar.Start + bar.Length) continue;
            offset = (long)(port - bar.Start);
            return _ports[bar.Index];
        }

        return null;
    }

    /// <summary>Registers within one base address register; null where none of this card's covers them.</summary>
    /// <exception cref="MachineException">The kernel does not map them.</exception>
    public RegisterWindow? TryMap(PhysicalAddress address, uint length)
    {
        foreach (PciBar bar in _bars)
        {
            bool isCovered = !bar.IsPort && length > 0 && address.Value >= bar.Start && address.Value - bar.Start < bar.Length && length <= bar.Length - (address.Value - bar.Start);
            if (isCovered) return new MappedRegisterWindow(Map(bar), (nuint)(bar.Start & (PageSize - 1)) + (nuint)(address.Value - bar.Start), address, length);
        }

        return null;
    }

    public void Dispose()
    {
        Detach();
        foreach (SafeFileHandle file in _ports.Values) file.Dispose();
        InterruptFile?.Dispose();
        _configuration.Dispose();
    }

    public override string ToString() => $"{Address} {VendorId:x4}:{DeviceId:x4}";

    private const int ConfigurationLength = 256;
    private const ulong PageSize = 4096;

    private static void CheckRange(int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ConfigurationLength - offset, nameof(offset));
    }

    private MappedRegisters Map(PciBar bar)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDetached, this);
            if (_registers.TryGetValue(bar.Index, out MappedRegisters? mapped)) return mapped;
            using SafeFileHandle file = OpenFile($"resource{bar.Index}", O_Sync);
            nuint length = (nuint)(bar.Start & (PageSize - 1)) + bar.Length;
            SysResult result = LibC.MMap(null, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, (int)file.DangerousGetHandle(), 0);
            if (result.IsError) throw Refused($"resource{bar.Index}", "mapped", result.Errno);
            return _registers[bar.Index] = new MappedRegisters((nuint)result.Value, length);
        }
    }

    private const int O_Sync = LibC.O_SYNC;

    private ushort ReadUInt16(int offset)
    {
        Span<byte> bytes = stackalloc byte[2];
        ReadConfiguration(offset, bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    private void WriteUInt16(int offset, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        WriteConfiguration(offset, bytes);
    }

    private SafeFileHandle OpenFile(string name, int flags = 0)
    {
        SysResult opened = LibC.OpenForWriting($"{_folder}/{name}", flags, out SafeFileHandle file);
        return opened.IsError ? throw Refused(name, "opened", opened.Errno) : file;
    }

    private MachineException Refused(string name, string what, Errno errno) => errno switch
    {
        Errno.EACCES => new($"{_folder}/{name} may not be {what} by this user ({errno}).", "run it as root: sudo nonpaged run ..."),
        Errno.EPERM => new(
            $"{_folder}/{name} may not be {what} ({errno}): the kernel is locked down, as under Secure Boot, and keeps programs from memory.",
            "use VFIO behind an IOMMU (--machine vfio), or switch Secure Boot off: cat /sys/kernel/security/lockdown"),
        _ => new($"{_folder}/{name} cannot be {what} ({errno}).", $"see the kernel's log: dmesg | grep {Address}"),
    };
}

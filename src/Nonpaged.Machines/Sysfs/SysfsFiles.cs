using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Sysfs;

/// <summary>The files that the kernel has for a card.</summary>
internal sealed class SysfsFiles(string folder, string address)
{
    // linux/ioport.h
    private const ulong IORESOURCE_IO = 0x100;
    private const ulong IORESOURCE_MEM = 0x200;
    private const ulong IORESOURCE_UNSET = 0x2000_0000;

    public string Folder => folder;

    /// <summary>Opens one for reading and writing.</summary>
    /// <exception cref="MachineException">It cannot be opened.</exception>
    public SafeFileHandle Open(string name, int flags = 0)
    {
        SysResult opened = LibC.OpenForWriting($"{folder}/{name}", flags, out SafeFileHandle file);
        return opened.IsError ? throw Refused(name, "opened", opened.Errno) : file;
    }

    public string ReadText(string name) => File.ReadAllText($"{folder}/{name}").Trim();

    public void WriteText(string name, string text)
    {
        using SafeFileHandle file = Open(name);
        SysResult written = LibC.Write(file, System.Text.Encoding.ASCII.GetBytes(text));
        if (written.IsError) throw Refused(name, "written", written.Errno);
    }

    /// <summary>Its base address registers, as the kernel assigned them.</summary>
    public IEnumerable<PciBar> ReadBars()
    {
        // A line each: first and last address, and flags.
        const int baseAddressRegisters = 6;
        int index = 0;
        foreach (string line in File.ReadLines($"{folder}/resource").Take(baseAddressRegisters))
        {
            ulong[] fields =
            [
                .. line.Split(' ').Select(field =>
                    ulong.Parse(field.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)),
            ];
            ulong length = fields[1] - fields[0] + 1;
            ulong flags = fields[2];
            bool isThere = fields[1] > fields[0]
                && (flags & (IORESOURCE_IO | IORESOURCE_MEM)) != 0
                && (flags & IORESOURCE_UNSET) == 0;
            if (isThere && length <= uint.MaxValue)
                yield return new PciBar(index, (flags & IORESOURCE_IO) != 0, fields[0], (uint)length);
            index++;
        }
    }

    /// <summary>Why a file cannot be used.</summary>
    public MachineException Refused(string name, string what, Errno errno) => errno switch
    {
        Errno.EACCES => new(
            $"{folder}/{name} may not be {what} by this user ({errno}).", "run it as root: sudo nonpaged run ..."),
        Errno.EPERM => new(
            $"{folder}/{name} may not be {what} ({errno}): the kernel is locked down, as under Secure Boot, and keeps programs "
            + "from memory.",
            "use VFIO behind an IOMMU (--machine vfio), or switch Secure Boot off: cat /sys/kernel/security/lockdown"),
        _ => new($"{folder}/{name} cannot be {what} ({errno}).", $"see the kernel's log: dmesg | grep {address}"),
    };
}

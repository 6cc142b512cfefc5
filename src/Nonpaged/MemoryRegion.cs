using System.Globalization;

namespace Nonpaged;

/// <summary>
/// Physical memory that is not the kernel's to give away: reserved at boot, or behind a base address register of a device. A pool
/// maps it with a caching of its own, which a process cannot choose for ordinary memory. Such memory is scarce: a pool takes it
/// for requests that nothing else can meet.
/// </summary>
public sealed record MemoryRegion
{
    private const string ReservedFile = "/dev/mem";
    private const string Devices = "/sys/bus/pci/devices";

    internal MemoryRegion(string file, ulong offset, PhysicalAddress start, ulong length, Caching caching)
    {
        File = file;
        Offset = offset;
        Start = start;
        Length = length;
        Caching = caching;
    }

    /// <summary>The file that is mapped: /dev/mem, or a device's resource file.</summary>
    public string File { get; }

    /// <summary>Where it starts in that file, in bytes.</summary>
    public ulong Offset { get; }

    /// <summary>The physical address of its first byte; a multiple of the page size.</summary>
    public PhysicalAddress Start { get; }

    /// <summary>Its length in bytes; a multiple of the page size.</summary>
    public ulong Length { get; }

    /// <summary>How the CPU caches it once it is mapped: coherent is write-back.</summary>
    public Caching Caching { get; }

    /// <summary>
    /// Memory that the kernel was told at boot to leave alone (kernel parameters memmap=LENGTH$START and mem=). Nobody else may
    /// use it: only who reserved it knows that.
    /// </summary>
    /// <param name="start">Its physical address; a multiple of 4096.</param>
    /// <param name="length">In bytes; a multiple of 4096.</param>
    /// <param name="caching"><see cref="Caching.Uncached"/> maps /dev/mem with O_SYNC; <see cref="Caching.Coherent"/> without, so
    /// that the CPU caches it.</param>
    /// <exception cref="ArgumentException">Not whole pages, or a caching that /dev/mem cannot give.</exception>
    public static MemoryRegion Reserved(PhysicalAddress start, ulong length, Caching caching = Caching.Uncached)
    {
        if (caching is not (Caching.Uncached or Caching.Coherent))
            throw new ArgumentException($"/dev/mem maps uncached or coherent, and not {caching}.", nameof(caching));
        CheckPages(start.Value, length);
        return new MemoryRegion(ReservedFile, start.Value, start, length, caching);
    }

    /// <summary>
    /// Memory on a device, behind one of its base address registers: what it decodes must be memory, and nobody else may use it.
    /// Other devices reach it at its bus address, which is its physical one where no IOMMU is between.
    /// </summary>
    /// <param name="device">The device's PCI address: 0000:00:06.0.</param>
    /// <param name="bar">The register, 0 to 5.</param>
    /// <param name="caching"><see cref="Caching.Uncached"/> maps the file resourceN; <see cref="Caching.WriteCombined"/>
    /// resourceN_wc, which only prefetchable memory has.</param>
    /// <exception cref="ArgumentException">No such device or register, or a caching that it cannot have.</exception>
    public static MemoryRegion OfDevice(string device, int bar, Caching caching = Caching.Uncached)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (caching is not (Caching.Uncached or Caching.WriteCombined)) throw new ArgumentException(
            $"Memory of a device is mapped uncached or write-combined, and not {caching}.", nameof(caching));
        string file = $"{Devices}/{device}/resource{bar}{(caching == Caching.WriteCombined ? "_wc" : "")}";
        bool isName = device.All(character => char.IsAsciiHexDigitLower(character) || character is ':' or '.');
        if (!isName || !System.IO.File.Exists(file)) throw new ArgumentException(
            $"There is no {file}: the device is not there, has no such register, or its memory may not be mapped so.",
            nameof(device));
        string[] fields = System.IO.File.ReadLines($"{Devices}/{device}/resource").ElementAt(bar).Split(' ');
        ulong first = ulong.Parse(fields[0].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        ulong last = ulong.Parse(fields[1].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        const ulong isMemory = 0x200;
        if ((ulong.Parse(fields[2].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & isMemory) == 0)
            throw new ArgumentException($"{file} decodes ports, and no memory.", nameof(bar));
        CheckPages(first, last - first + 1);
        return new MemoryRegion(file, 0, new PhysicalAddress(first), last - first + 1, caching);
    }

    private static void CheckPages(ulong start, ulong length)
    {
        if (length == 0 || ((start | length) & (Page.Size - 1)) != 0 || start + length < start)
        {
            throw new ArgumentException(
                $"{length} bytes at 0x{start:x} are not whole pages of {Page.Size} bytes.", nameof(length));
        }
    }

    /// <summary>As it is written for the command line.</summary>
    public override string ToString() => File == ReservedFile ? $"{Length >> 10}K@{Start}" : File;
}

using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Qemu;

/// <summary>The machine's RAM: a memfd that QEMU maps, and where q35 puts its bytes.</summary>
internal static class QemuRam
{
    /// <summary>QEMU rounds the size up to this, and then finds it different from the file's.</summary>
    public const ulong Granularity = 8 << 10;

    /// <summary>QEMU's default CPU has 40 address bits, and its PCI hole takes a share of them.</summary>
    public const ulong Limit = 512UL << 30;

    /// <summary>
    /// The file's name, by which it is found in /proc/PID/maps (memfd_create(2)). Those of a host's pools are named alike.
    /// </summary>
    public const string FileName = "nonpaged:qemu:ram";

    private const ulong VideoHole = 0xa_0000;
    private const ulong EndOfHole = 0x10_0000;

    // hw/i386/pc_q35.c: RAM of this size or more is split at 2 GiB, so that the rest starts at a round address; less lies
    // below it in one piece.
    private const ulong SplitFrom = 0xb000_0000;
    private const ulong SplitAt = 0x8000_0000;
    private const ulong FourGiB = 1UL << 32;

    /// <exception cref="ArgumentOutOfRangeException">A size that QEMU does not take.</exception>
    public static void Check(ulong bytes)
    {
        if (bytes is < Granularity or > Limit || bytes % Granularity != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(bytes),
                bytes,
                $"The machine's RAM is a multiple of {Granularity} bytes, from {Granularity} to {Limit} bytes (512 GiB).");
        }
    }

    /// <exception cref="ArgumentException">The tables of an IOMMU have no room.</exception>
    public static void CheckIommu(QemuOptions options)
    {
        if (!options.HasIommu) return;
        ulong room = Layout(options.RamBytes)[0].Length;
        if ((ulong)QemuIommu.TablesOf(options.RamBytes) * Page.Size <= room && options.RamBytes >= EndOfHole + (1 << 20)) return;
        throw new ArgumentException(
            $"A machine with an IOMMU has 2 MiB to 256 MiB of RAM here, and {options.RamBytes} bytes were asked for.",
                nameof(options));
    }

    /// <summary>
    /// Where the file's bytes lie. Left out are the legacy hole, where the bus answers and not RAM, and page 0, since drivers
    /// take physical address 0 for "none".
    /// </summary>
    public static IReadOnlyList<MemoryPiece> Layout(ulong bytes)
    {
        ulong low = bytes >= SplitFrom ? SplitAt : bytes;
        var pieces = new List<MemoryPiece>(3);
        Add(Page.Size, Math.Min(low, VideoHole));
        Add(EndOfHole, low);
        if (bytes > low) pieces.Add(new MemoryPiece(low, bytes - low, new PhysicalAddress(FourGiB)));
        return pieces.AsReadOnly();

        void Add(ulong start, ulong end)
        {
            if (end > start) pieces.Add(new MemoryPiece(start, end - start, new PhysicalAddress(start)));
        }
    }

    /// <summary>Makes the file. Its size is sealed: nobody can cut off pages that a device still uses.</summary>
    public static SafeFileHandle Create(ulong bytes)
    {
        SysResult made = LibC.MemFdCreate(FileName, LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING, out SafeFileHandle? file);
        SystemCalls.Check(made, "memfd_create");
        try
        {
            SystemCalls.Check(LibC.FTruncate(file, (long)bytes), "ftruncate");
            SystemCalls.Check(
                LibC.AddSeals(file, LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW | LibC.F_SEAL_SEAL), "fcntl(F_ADD_SEALS)");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}

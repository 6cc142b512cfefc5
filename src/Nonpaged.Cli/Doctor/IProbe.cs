using Nonpaged.Interop;
using Nonpaged.Machines.Qemu;
using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>What no file tells: it is known by trying. Everything that is tried is undone at once.</summary>
internal interface IProbe
{
    /// <summary>Collapses 2 MiB of a memory file into one page (MADV_COLLAPSE).</summary>
    /// <param name="mapped">How many bytes of it the page tables then show as a huge page, or why that is not known.</param>
    SysResult Collapse(out SysResult mapped);

    /// <summary>Asks the page tables for huge pages (PAGEMAP_SCAN).</summary>
    SysResult Scan();

    /// <summary>Pins a page with io_uring.</summary>
    /// <param name="step">The call that failed, or the last one.</param>
    SysResult Pin(out string step);

    /// <summary>Puts a page into a pipe, and looks whether the pipe then holds the page or a copy: EOPNOTSUPP.</summary>
    /// <param name="isVmsplice">By vmsplice(2); otherwise by splice(2).</param>
    SysResult Refer(bool isVmsplice);

    /// <summary>Reads a page's frame number.</summary>
    /// <param name="frame">The number; 0 where it is hidden.</param>
    SysResult ReadFrame(out ulong frame);

    /// <summary>RLIMIT_MEMLOCK of this process, in bytes.</summary>
    SysResult GetMemlock(out ulong soft, out ulong hard);

    /// <summary>Opens an AF_XDP socket.</summary>
    SysResult OpenXdpSocket();

    /// <summary>Loads an XDP program, and attaches it to nothing.</summary>
    /// <returns>Why that failed; null where it did not.</returns>
    XdpFailure? LoadXdpProgram();

    /// <summary>Opens the device that makes network interfaces, and makes none.</summary>
    SysResult OpenTap();

    /// <summary>Looks for a QEMU.</summary>
    QemuProbeResult FindQemu();
}

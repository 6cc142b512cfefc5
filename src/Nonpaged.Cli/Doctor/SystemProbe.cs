using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Qemu;
using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>Tries it on this system.</summary>
internal sealed unsafe class SystemProbe : IProbe
{
    public SysResult Collapse(out SysResult mapped)
    {
        mapped = default;
        using var memory = ProbeMemory.TryCreate(out SysResult result);
        if (memory is null) return result;
        result = LibC.MAdvise(memory.Start, ProbeMemory.Length, LibC.MADV_HUGEPAGE);
        if (!result.IsError) result = LibC.MAdvise(memory.Start, 4096, LibC.MADV_POPULATE_WRITE);
        if (!result.IsError) result = LibC.MAdvise(memory.Start, ProbeMemory.Length, LibC.MADV_COLLAPSE);
        if (!result.IsError) mapped = PageMapFile.CountHugeMapped(memory.Start, ProbeMemory.Length);
        return result;
    }

    public SysResult Scan()
    {
        using var memory = ProbeMemory.TryCreate(out SysResult result);
        return memory is null ? result : PageMapFile.CountHugeMapped(memory.Start, ProbeMemory.Length);
    }

    public SysResult Pin(out string step)
    {
        step = "memfd_create";
        using var memory = ProbeMemory.TryCreate(out SysResult result);
        if (memory is null) return result;
        step = "io_uring_setup";
        result = IoUring.Setup(out SafeFileHandle ring);
        using (ring)
        {
            if (result.IsError) return result;
            step = "IORING_REGISTER_BUFFERS2";
            result = IoUring.RegisterSparseTable(ring, 1);
            if (result.IsError) return result;
            step = "IORING_REGISTER_BUFFERS_UPDATE";
            result = IoUring.UpdateSlot(ring, 0, memory.Start, 4096);
            if (!result.IsError) IoUring.UpdateSlot(ring, 0, null, 0);
            return result;
        }
    }

    public SysResult Refer(bool isVmsplice) =>
        PipeProof.Find(isVmsplice) is var errno && errno == Errno.None ? default : SysResult.Failed(errno);

    public SysResult ReadFrame(out ulong frame)
    {
        frame = 0;
        using var memory = ProbeMemory.TryCreate(out SysResult result);
        if (memory is null) return result;
        ulong entry = 0;
        result = LibC.MAdvise(memory.Start, 4096, LibC.MADV_POPULATE_WRITE);
        if (!result.IsError) result = PageMapFile.Read(memory.Start, new Span<ulong>(ref entry));
        frame = entry & PageMapFile.FrameMask;
        return result;
    }

    public SysResult GetMemlock(out ulong soft, out ulong hard) => LibC.GetRLimit(LibC.RLIMIT_MEMLOCK, out soft, out hard);

    public SysResult OpenXdpSocket()
    {
        SysResult result = LibC.Socket(LibC.AF_XDP, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0, out SafeFileHandle socket);
        socket.Dispose();
        return result;
    }

    public XdpFailure? LoadXdpProgram()
    {
        try
        {
            XdpProgram.Try(new XdpProgramOptions());
            return null;
        }
        catch (XdpException exception)
        {
            return exception.Failure;
        }
    }

    public SysResult OpenTap()
    {
        SysResult result = Tap.Open(out SafeFileHandle device);
        device.Dispose();
        return result;
    }

    public QemuProbeResult FindQemu() => QemuProbe.Find();
}

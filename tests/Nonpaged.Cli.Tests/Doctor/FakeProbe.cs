using Nonpaged.Interop;
using Nonpaged.Machines.Qemu;
using Nonpaged.Xdp;

namespace Nonpaged.Cli.Tests.Doctor;

/// <summary>Answers as a system would that has everything, but for what a test sets.</summary>
internal sealed class FakeProbe : IProbe
{
    public SysResult CollapseResult { get; init; }

    public SysResult Mapped { get; init; } = new(2 << 20);

    public SysResult ScanResult { get; init; }

    public SysResult PinResult { get; init; }

    public SysResult Splice { get; init; }

    public SysResult VmSplice { get; init; }

    public SysResult FrameResult { get; init; }

    public ulong Frame { get; init; } = 0x1234;

    public ulong Memlock { get; init; } = LibC.RLIM_INFINITY;

    public SysResult MemlockResult { get; init; }

    public SysResult Xdp { get; init; }

    public XdpFailure? XdpProgramFailure { get; init; }

    public SysResult TapResult { get; init; }

    public QemuProbeResult Qemu { get; init; } = new("/usr/bin/qemu-system-x86_64", "7.2.22", null, null);

    public SysResult Collapse(out SysResult mapped)
    {
        mapped = Mapped;
        return CollapseResult;
    }

    public SysResult Scan() => ScanResult;

    public SysResult Pin(out string step)
    {
        step = "io_uring_setup";
        return PinResult;
    }

    public SysResult Refer(bool isVmsplice) => isVmsplice ? VmSplice : Splice;

    public SysResult ReadFrame(out ulong frame)
    {
        frame = Frame;
        return FrameResult;
    }

    public SysResult GetMemlock(out ulong soft, out ulong hard)
    {
        soft = hard = Memlock;
        return MemlockResult;
    }

    public SysResult OpenXdpSocket() => Xdp;

    public XdpFailure? LoadXdpProgram() => XdpProgramFailure;

    public SysResult OpenTap() => TapResult;

    public QemuProbeResult FindQemu() => Qemu;
}

using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp.Tests.Filters;

/// <summary>A filter's program in the kernel, attached to nothing: the kernel itself runs it over frames
/// (BPF_PROG_TEST_RUN).</summary>
internal sealed class KernelFilter : IDisposable
{
    private readonly SafeFileHandle _map;
    private readonly SafeFileHandle _socket;
    private readonly SafeFileHandle _program;

    /// <exception cref="InvalidOperationException">The verifier refuses it, with its words.</exception>
    public KernelFilter(XdpFilter filter)
    {
        Check(Bpf.CreateSocketMap("test", 1, out _map));
        Check(LibC.Socket(LibC.AF_XDP, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0, out _socket));
        // Only with a socket at its queue does the program redirect.
        Check(Bpf.Update(_map, 0, _socket));
        ulong[] code = FrameProgram.Compile(filter.Node, (int)_map.DangerousGetHandle());
        Length = code.Length;
        if (!Bpf.LoadProgram("test", code, 0, [], out _program).IsError) return;
        byte[] log = new byte[1 << 20];
        SysResult loaded = Bpf.LoadProgram("test", code, 0, log, out _program);
        throw new InvalidOperationException($"{filter}: {loaded}: {VerifierLog.Ending(log)}");
    }

    /// <summary>How many instructions it has.</summary>
    public int Length { get; }

    public bool Redirects(byte[] frame)
    {
        Check(Bpf.TestRun(_program, frame, out uint returned));
        Assert.True(returned is Bpf.XDP_REDIRECT or Bpf.XDP_PASS, $"The program returned {returned}.");
        return returned == Bpf.XDP_REDIRECT;
    }

    public void Dispose()
    {
        _program.Dispose();
        _socket.Dispose();
        _map.Dispose();
    }

    private static void Check(SysResult result) => Assert.False(result.IsError, result.ToString());
}

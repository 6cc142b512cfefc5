using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

/// <summary>
/// Sends nothing, without waiting, which has a driver look at its ring (sendto(2), af_xdp.rst). Called for some frames each, so
/// that it takes as few instructions as can be: by syscall(2), because libc's own sendto is a point of cancellation of pthreads,
/// through a pointer, which the compiler calls in place, and without an errno.
/// </summary>
/// <param name="socket">The descriptor, which stays open as long as this is used.</param>
internal readonly unsafe struct EmptySend(int socket)
{
    private readonly delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint> _call =
        (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint>)NativeLibrary.GetExport(
            NativeLibrary.Load("libc.so.6"), "syscall");

    /// <summary>Whether the call failed; why is not told.</summary>
    public bool Fails() => SystemCallHook.Fails("sendto", out _)
        || _call(LibC.SendToNumber, socket, 0, 0, LibC.MSG_DONTWAIT, 0, 0) < 0;
}

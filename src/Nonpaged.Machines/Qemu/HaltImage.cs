using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Qemu;

/// <summary>
/// A firmware image that halts the CPU at once. The machine's CPU is not needed: this process is the one that drives the devices.
/// </summary>
internal static class HaltImage
{
    private const int Length = 64 << 10;

    // The CPU starts 16 bytes below 4 GiB, where the image's end lies (Intel SDM volume 3, section 9.1.4).
    private const int ResetVector = Length - 16;
    private const byte Hlt = 0xf4;

    // cli; hlt; jmp back to hlt, for a non-maskable interrupt ends the halt.
    private static ReadOnlySpan<byte> Code => [0xfa, Hlt, 0xeb, 0xfd];

    public static SafeFileHandle Create()
    {
        byte[] image = new byte[Length];
        image.AsSpan().Fill(Hlt);
        Code.CopyTo(image.AsSpan(ResetVector));
        SystemCalls.Check(LibC.MemFdCreate("nonpaged-machine-halt", LibC.MFD_CLOEXEC, out SafeFileHandle? file), "memfd_create");
        try
        {
            for (Span<byte> rest = image.AsSpan(); rest.Length > 0;)
            {
                SysResult written = LibC.Write(file, rest);
                SystemCalls.Check(written, "write");
                rest = rest[(int)written.Value..];
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}

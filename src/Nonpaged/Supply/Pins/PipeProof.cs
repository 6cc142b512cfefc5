using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Whether a pipe really holds a page, and not a copy of it, as kernels that are re-implemented in user space may do: what is
/// written to the page after it went into the pipe must come out of it. Found out once for each of the two calls.
/// </summary>
internal static unsafe class PipeProof
{
    private static readonly Lock s_gate = new();
    private static Errno? s_splice;
    private static Errno? s_vmsplice;

    /// <summary>
    /// None where the call makes references; the errno that it was refused with, or ENOTSUP's Linux
    /// name EOPNOTSUPP where it copies.
    /// </summary>
    public static Errno Find(bool isVmsplice)
    {
        lock (s_gate)
        {
            ref Errno? known = ref isVmsplice ? ref s_vmsplice : ref s_splice;
            if (known is { } found) return found;
            Errno answer = Try(isVmsplice);
            // What is refused may be allowed later, or was short at the moment.
            if (answer is Errno.None or Errno.EOPNOTSUPP) known = answer;
            return answer;
        }
    }

    /// <summary>Finds it out again at the next call: for tests.</summary>
    internal static void Forget()
    {
        lock (s_gate) s_splice = s_vmsplice = null;
    }

    private static Errno Try(bool isVmsplice)
    {
        const byte before = 1;
        const byte after = 2;
        SysResult created = LibC.MemFdCreate("nonpaged:proof", LibC.MFD_CLOEXEC, out SafeFileHandle file);
        using (file)
        {
            if (created.IsError) return created.Errno;
            SysResult done = LibC.FTruncate(file, Page.Size);
            if (!done.IsError)
            {
                done = LibC.MMap(
                    null, Page.Size, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, (int)file.DangerousGetHandle(), 0);
            }

            if (done.IsError) return done.Errno;
            byte* page = (byte*)done.Value;
            try
            {
                Volatile.Write(ref *page, before);
                done = LibC.Pipe2(out SafeFileHandle output, out SafeFileHandle input);
                using (output)
                using (input)
                {
                    if (!done.IsError) done = Put(isVmsplice, file, page, input);
                    if (done.IsError) return done.Errno;
                    Volatile.Write(ref *page, after);
                    byte got = 0;
                    do done = LibC.Read(output, &got, 1);
                    while (done.Errno == Errno.EINTR);
                    return done.IsError ? done.Errno : got == after ? Errno.None : Errno.EOPNOTSUPP;
                }
            }
            finally
            {
                AddressSpace.Release((nuint)page, Page.Size);
            }
        }
    }

    private static SysResult Put(bool isVmsplice, SafeFileHandle file, byte* page, SafeFileHandle pipe)
    {
        SysResult put;
        do
        {
            put = isVmsplice
                ? LibC.VmSplice(pipe, [new IoUring.IoVector { Base = page, Length = 1 }])
                : LibC.Splice(file, 0, pipe, 1);
        }
        while (put.Errno == Errno.EINTR);
        return put;
    }
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

/// <summary>io_uring_setup(2) and io_uring_register(2), as far as registered buffers need them.</summary>
internal static unsafe partial class IoUring
{
    public const nint SYS_io_uring_setup = 425;
    public const nint SYS_io_uring_register = 427;
    public const uint IORING_SETUP_R_DISABLED = 1u << 6;
    public const uint IORING_REGISTER_BUFFERS2 = 15;
    public const uint IORING_REGISTER_BUFFERS_UPDATE = 16;
    public const uint IORING_RSRC_REGISTER_SPARSE = 1u << 0;

    /// <summary>
    /// A ring of one entry that is never enabled nor mapped: it exists for its table of buffers alone. Costs 8 KiB of memlock.
    /// </summary>
    public static SysResult Setup(out SafeFileHandle ring)
    {
        var parameters = new Parameters { Flags = IORING_SETUP_R_DISABLED };
        SysResult result = SystemCallHook.Fails("io_uring_setup", out SysResult injected)
            ? injected : Result(syscall(SYS_io_uring_setup, 1, (nint)(&parameters), 0, 0));
        ring = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    /// <summary>IORING_REGISTER_BUFFERS2 with IORING_RSRC_REGISTER_SPARSE: a table of empty slots.</summary>
    public static SysResult RegisterSparseTable(SafeFileHandle ring, uint slots)
    {
        var register = new RegisterTable { Count = slots, Flags = IORING_RSRC_REGISTER_SPARSE };
        return Register(ring, IORING_REGISTER_BUFFERS2, &register, (uint)sizeof(RegisterTable));
    }

    /// <summary>
    /// IORING_REGISTER_BUFFERS_UPDATE of one slot: pins the range (FOLL_LONGTERM), 1 GiB at most; a length of 0
    /// clears the slot and drops the pin.
    /// </summary>
    public static SysResult UpdateSlot(SafeFileHandle ring, uint slot, void* address, nuint length)
    {
        var vector = new IoVector { Base = length == 0 ? null : address, Length = length };
        ulong tag = 0;
        var update = new UpdateTable { Offset = slot, Vectors = (ulong)&vector, Tags = (ulong)&tag, Count = 1 };
        return Register(ring, IORING_REGISTER_BUFFERS_UPDATE, &update, (uint)sizeof(UpdateTable));
    }

    private static SysResult Register(SafeFileHandle ring, uint operation, void* argument, uint count)
    {
        if (SystemCallHook.Fails("io_uring_register", out SysResult injected)) return injected;
        bool held = false;
        try
        {
            ring.DangerousAddRef(ref held);
            return Result(
                syscall(SYS_io_uring_register, ring.DangerousGetHandle(), (nint)operation, (nint)argument, (nint)count));
        }
        finally
        {
            if (held) ring.DangerousRelease();
        }
    }

    private static SysResult Result(nint value) =>
        value == -1 ? SysResult.Failed((Errno)Marshal.GetLastPInvokeError()) : new SysResult(value);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint a, nint b, nint c, nint d);

    /// <summary>struct io_uring_params, whose tail (ring offsets) is not read here.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 120)]
    internal struct Parameters
    {
        public uint SubmissionEntries;
        public uint CompletionEntries;
        public uint Flags;
    }

    /// <summary>struct io_uring_rsrc_register.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct RegisterTable
    {
        public uint Count;
        public uint Flags;
        public ulong Reserved;
        public ulong Vectors;
        public ulong Tags;
    }

    /// <summary>struct io_uring_rsrc_update2.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct UpdateTable
    {
        public uint Offset;
        public uint Reserved;
        public ulong Vectors;
        public ulong Tags;
        public uint Count;
        public uint Reserved2;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVector
    {
        public void* Base;
        public nuint Length;
    }
}

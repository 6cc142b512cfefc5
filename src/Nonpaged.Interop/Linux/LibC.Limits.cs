using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    public const int RLIMIT_MEMLOCK = 8;
    public const ulong RLIM_INFINITY = ulong.MaxValue;
    public const uint LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    public const int CAP_IPC_LOCK = 14;

    /// <summary>getrlimit(2): the soft and the hard limit, RLIM_INFINITY for none.</summary>
    public static SysResult GetRLimit(int resource, out ulong soft, out ulong hard)
    {
        ulong* limit = stackalloc ulong[2];
        SysResult result = Fails("getrlimit", out SysResult injected) ? injected : Result(getrlimit(resource, limit));
        (soft, hard) = (limit[0], limit[1]);
        return result;
    }

    /// <summary>capget(2), version 3: the effective capabilities of the calling thread, one bit each.</summary>
    public static SysResult CapGet(out ulong effective)
    {
        // struct __user_cap_header_struct: version and pid, 0 for the caller. struct __user_cap_data_struct, twice:
        // effective, permitted, inheritable.
        uint* header = stackalloc uint[] { LINUX_CAPABILITY_VERSION_3, 0 };
        uint* data = stackalloc uint[6];
        SysResult result = Fails("capget", out SysResult injected) ? injected : Result(capget(header, data));
        effective = data[0] | (ulong)data[3] << 32;
        return result;
    }

    /// <summary>sysinfo(2): the host's memory, and what of it nobody uses, in bytes.</summary>
    public static SysResult SysInfo(out ulong total, out ulong free)
    {
        SystemInformation information = default;
        SysResult result = Fails("sysinfo", out SysResult injected) ? injected : Result(sysinfo(&information));
        (total, free) = (information.TotalMemory * information.Unit, information.FreeMemory * information.Unit);
        return result;
    }

    /// <summary>struct sysinfo, without what is not read here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 112)]
    internal struct SystemInformation
    {
        [FieldOffset(32)]
        public ulong TotalMemory;
        [FieldOffset(40)]
        public ulong FreeMemory;
        [FieldOffset(104)]
        public uint Unit;
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int sysinfo(SystemInformation* information);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int capget(uint* header, uint* data);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int getrlimit(int resource, ulong* limit);
}

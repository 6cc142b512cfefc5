using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    public const int RLIMIT_MEMLOCK = 8;
    public const ulong RLIM_INFINITY = ulong.MaxValue;
    public const uint LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    public const int CAP_IPC_LOCK = 14;

    /// <summary>getrlimit(2): the soft and the hard limit, RLIM_INFINITY for none.</summary>
    public static SysResult GetLimit(int resource, out ulong soft, out ulong hard)
    {
        ulong* limit = stackalloc ulong[2];
        SysResult result = Fails("getrlimit", out SysResult injected) ? injected : Result(getrlimit(resource, limit));
        (soft, hard) = (limit[0], limit[1]);
        return result;
    }

    /// <summary>capget(2), version 3: the effective capabilities of the calling thread, one bit each.</summary>
    public static SysResult GetEffectiveCapabilities(out ulong effective)
    {
        // struct __user_cap_header_struct: version and pid, 0 for the caller. struct __user_cap_data_struct, twice: effective, permitted, inheritable.
        uint* header = stackalloc uint[] { LINUX_CAPABILITY_VERSION_3, 0 };
        uint* data = stackalloc uint[6];
        SysResult result = Fails("capget", out SysResult injected) ? injected : Result(capget(header, data));
        effective = data[0] | (ulong)data[3] << 32;
        return result;
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int capget(uint* header, uint* data);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int getrlimit(int resource, ulong* limit);
}

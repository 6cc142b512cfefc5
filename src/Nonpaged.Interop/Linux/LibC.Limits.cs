using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    public const int RLIMIT_MEMLOCK = 8;
    public const ulong RLIM_INFINITY = ulong.MaxValue;

    /// <summary>getrlimit(2): the soft and the hard limit, RLIM_INFINITY for none.</summary>
    public static SysResult GetLimit(int resource, out ulong soft, out ulong hard)
    {
        ulong* limit = stackalloc ulong[2];
        SysResult result = Fails("getrlimit", out SysResult injected) ? injected : Result(getrlimit(resource, limit));
        (soft, hard) = (limit[0], limit[1]);
        return result;
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int getrlimit(int resource, ulong* limit);
}

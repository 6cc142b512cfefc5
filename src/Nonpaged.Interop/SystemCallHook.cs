using System.Runtime.CompilerServices;

namespace Nonpaged.Interop;

/// <summary>
/// A place between the library and the kernel, for tests: a hook counts the calls, and makes one of them fail without its being
/// made. Where none is installed it costs one load and one comparison a system call.
/// </summary>
internal abstract class SystemCallHook
{
    private static SystemCallHook? s_installed;

    /// <summary>The hook of the whole process, or null for none.</summary>
    public static SystemCallHook? Installed
    {
        get => Volatile.Read(ref s_installed);
        set => Volatile.Write(ref s_installed, value);
    }

    /// <summary>Every wrapper asks this first, by the call's name in section 2 or 3 of the manual.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Fails(string call, out SysResult result)
    {
        result = default;
        return s_installed is { } hook && hook.Fails(out result, call);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Fails(out SysResult result, string call)
    {
        Errno errno = Before(call);
        result = SysResult.Failed(errno);
        return errno != Errno.None;
    }

    /// <summary>A call is about to be made. None lets it be made; with any other errno it fails and is not made.</summary>
    protected abstract Errno Before(string call);

    /// <summary>Address space was mapped.</summary>
    public virtual void Mapped(nuint start, nuint length)
    {
    }

    /// <summary>Address space was unmapped.</summary>
    public virtual void Unmapped(nuint start, nuint length)
    {
    }
}

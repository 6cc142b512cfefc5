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
    public static bool Fails(string call, out SysResult result)
    {
        result = default;
        if (s_installed is not { } hook) return false;
        Errno errno = hook.Before(call);
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

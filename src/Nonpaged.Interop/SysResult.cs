namespace Nonpaged.Interop;

/// <summary>
/// What a system call returned, in the kernel's own convention: a value of 0 or above, or the errno negated. errno is read in the
/// wrapper, at once: the runtime may change it at any later moment.
/// </summary>
internal readonly record struct SysResult(nint Value)
{
    public bool IsError => Value is < 0 and >= -4095;

    public Errno Errno => IsError ? (Errno)(-Value) : Errno.None;

    /// <summary>The value as a descriptor or a count.</summary>
    public int AsInt32 => (int)Value;

    public static SysResult Failed(Errno errno) => new(-(nint)errno);

    public override string ToString() => IsError ? Errno.ToString() : $"{Value}";
}

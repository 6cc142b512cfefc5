using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>What the kernel takes for a program's name (bpf_obj_name_cpy).</summary>
internal static class ProgramName
{
    /// <exception cref="ArgumentException">It would not take this one.</exception>
    public static void ThrowIfWrong(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        bool isRight = name.Length < Bpf.NameSize && name.All(one => char.IsAsciiLetterOrDigit(one) || one is '_' or '.');
        if (!isRight)
        {
            throw new ArgumentException(
                $"\"{name}\": a program's name has up to {Bpf.NameSize - 1} letters, digits, _ and dots.", nameof(name));
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// A block on its way to a process that is started: a descriptor without close-on-exec (execve(2)), and an environment variable
/// "DESCRIPTOR SHARING OFFSET+LENGTH...", in decimal.
/// </summary>
internal static class ExportInheritance
{
    // MAX_ARG_STRLEN, for name, "=", text and end together (execve(2), "Limits on size of arguments and environment").
    private const int LongestVariable = 128 << 10;

    public static SafeFileHandle Give(ExportedMemory export, ProcessStartInfo child, string name)
    {
        ArgumentNullException.ThrowIfNull(child);
        ArgumentException.ThrowIfNullOrEmpty(name);
        // Not one of the standard streams, which the child gets others for.
        SysResult result = LibC.DuplicateAbove(export.Descriptor, 3, out SafeFileHandle descriptor);
        if (result.IsError) throw new AllocationException(SharingFailures.NoDescriptor(result.Errno));
        string ranges = string.Join(' ', export.Ranges.Select(range => Invariant($"{range.Offset}+{range.Length}")));
        string text = Invariant($"{descriptor.DangerousGetHandle()} {export.Sharing} {ranges}");
        if (name.Length + text.Length + 2 > LongestVariable)
        {
            descriptor.Dispose();
            throw new NotSupportedException(
                $"The block is in {export.Ranges.Count} ranges, too many for an environment variable of {LongestVariable} bytes: "
                    + "send it over a socket (ExportedMemory.SendTo).");
        }

        SysResult kept = LibC.SetCloseOnExec(descriptor, closes: false);
        if (kept.IsError)
        {
            descriptor.Dispose();
            throw new AllocationException(SharingFailures.NoDescriptor(kept.Errno));
        }

        child.Environment[name] = text;
        return descriptor;
    }

    public static ExportedMemory Take(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string text = Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException(
            $"No memory was passed on to this process by the name {name} (ExportedMemory.InheritBy), or it was taken already.");
        string[] words = text.Split(' ');
        if (words.Length < 3 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            || !Enum.TryParse(words[1], out Sharing sharing) || sharing is not (Sharing.ReadOnly or Sharing.ReadWrite))
        {
            throw Wrong(name);
        }

        FileRange[] ranges = [.. words.Skip(2).Select(word => RangeOf(word) ?? throw Wrong(name))];
        var descriptor = new SafeFileHandle(number, ownsHandle: false);
        if (number < 3 || LibC.GetDescriptorFlags(descriptor).IsError || LibC.SetCloseOnExec(descriptor, closes: true).IsError)
            throw new InvalidDataException($"The descriptor {number}, which the variable {name} names, is not open.");
        // Neither a second call nor a process that this one starts finds a descriptor that may be another file's by then.
        Environment.SetEnvironmentVariable(name, null);
        return new ExportedMemory(new SafeFileHandle(number, ownsHandle: true), ranges, sharing);
    }

    private static FileRange? RangeOf(string word) =>
        word.Split('+') is [var offset, var length]
        && ulong.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out ulong from)
        && ulong.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out ulong bytes)
            ? new FileRange(from, bytes)
            : null;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static InvalidDataException Wrong(string name) =>
        new($"The environment variable {name} does not say what ExportedMemory.InheritBy writes.");
}

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Short files that the kernel writes as a whole when they are read: attributes (/sys, /proc/sys, control groups) and those of
/// one record (meminfo, status, cgroup of /proc). A pool looks at several of them before it grows, so they are read without the
/// streams and readers that larger files are worth.
/// </summary>
internal static unsafe class KernelText
{
    /// <summary>What most of them fit into.</summary>
    public const int Usual = 4096;

    /// <summary>What a number fits into.</summary>
    public const int Digits = 64;

    /// <summary>
    /// A file's text, in the buffer where that is long enough. False where there is none or it may not be read.
    /// </summary>
    public static bool TryRead(string path, Span<byte> buffer, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (LibC.OpenForReading(path, out SafeFileHandle file).IsError) return false;
        using (file) return TryRead(file, buffer, out text);
    }

    /// <summary>The text of an open file, from its start.</summary>
    public static bool TryRead(SafeFileHandle file, Span<byte> buffer, out ReadOnlySpan<byte> text)
    {
        text = default;
        for (int length = 0; ;)
        {
            SysResult read;
            fixed (byte* start = buffer) read = LibC.PRead(file, start + length, (nuint)(buffer.Length - length), length);
            if (read.IsError) return false;
            length += read.AsInt32;
            // Their length is 0 until they are read. A read gives as much as there is (Documentation/filesystems/seq_file.rst,
            // sysfs.rst), so one that does not fill the buffer was the last.
            text = buffer[..length];
            if (length < buffer.Length) return true;
            byte[] longer = new byte[2 * length];
            text.CopyTo(longer);
            buffer = longer;
        }
    }

    /// <summary>A file's text, or null where there is none or it may not be read.</summary>
    [SkipLocalsInit]
    public static string? TryRead(string path) =>
        TryRead(path, stackalloc byte[Usual], out ReadOnlySpan<byte> text) ? Encoding.Latin1.GetString(text) : null;

    /// <summary>The number that is all of a file, or null where there is none.</summary>
    [SkipLocalsInit]
    public static ulong? TryReadNumber(string path) =>
        TryRead(path, stackalloc byte[Digits], out ReadOnlySpan<byte> text) ? Number(text) : null;

    /// <summary>The number that is all of a text, or null where it is none.</summary>
    public static ulong? Number(ReadOnlySpan<byte> text) =>
        ulong.TryParse(text.TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : null;

    /// <summary>
    /// What follows a name at the start of a line, without the blanks around it; null where no line is like that.
    /// </summary>
    public static string? TryReadField(string path, string name)
    {
        if (TryRead(path) is not { } text) return null;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name, StringComparison.Ordinal)) return line[name.Length..].Trim().ToString();
        }

        return null;
    }
}

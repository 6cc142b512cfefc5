using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Short files that the kernel writes as a whole when they are read: attributes (/sys, /proc/sys, control groups) and those of one record (meminfo, status,
/// cgroup of /proc). A pool looks at several of them before it grows, so they are read without the streams and readers that larger files are worth.
/// </summary>
internal static unsafe class KernelText
{
    private const int Chunk = 4096;

    /// <summary>A file's text, or null where there is none or it may not be read.</summary>
    public static string? TryRead(string path)
    {
        if (LibC.OpenForReading(path, out SafeFileHandle file).IsError) return null;
        using (file)
        {
            byte* buffer = stackalloc byte[Chunk];
            string text = "";
            // Their length is 0 until they are read. A read gives as much as there is (Documentation/filesystems/seq_file.rst, sysfs.rst), so one that does
            // not fill the buffer was the last.
            while (true)
            {
                SysResult read = LibC.ReadAt(file, buffer, Chunk, text.Length);
                if (read.IsError) return null;
                text += Encoding.Latin1.GetString(buffer, read.AsInt32);
                if (read.Value < Chunk) return text;
            }
        }
    }

    /// <summary>What follows a name at the start of a line, without the blanks around it; null where no line is like that.</summary>
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

using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Short files that the kernel writes at each read (/proc, /sys). A pool looks at several of them before it grows, so they are read without the
/// streams and readers that larger files are worth.
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
            // Their length is 0 until they are read: only an empty read tells the end.
            while (true)
            {
                SysResult read = LibC.ReadAt(file, buffer, Chunk, text.Length);
                if (read.IsError) return null;
                if (read.Value == 0) return text;
                text += Encoding.Latin1.GetString(buffer, read.AsInt32);
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

using System.Text;

namespace Nonpaged.Cli;

/// <summary>
/// Copies of a driver's sources, and of the headers that they include, that gcc and clang take: names of included files
/// as they are on the disk, no pasting that makes no token, numbers without
/// i64. Each begins with the line that makes messages and debuggers name the original.
/// </summary>
internal sealed class SourceMirror(string folder, IncludeSearch search)
{
    private readonly Dictionary<string, string> _copies = new(StringComparer.Ordinal);

    /// <summary>Where the driver's files say long: file and line.</summary>
    public List<(string File, int Line)> LongPlaces { get; } = [];

    /// <summary>Whether only preprocessed text can be compiled.</summary>
    public bool NamesFunctions { get; private set; }

    /// <summary>Returns the copy's path.</summary>
    public string Add(string path)
    {
        string full = Path.GetFullPath(path);
        if (_copies.TryGetValue(full, out string? copy)) return copy;
        string place = Path.Combine(folder, $"{_copies.Count}");
        Directory.CreateDirectory(place);
        copy = Path.Combine(place, Path.GetFileName(path));
        // Before it is read: headers include each other.
        _copies.Add(full, copy);
        var text = SourceText.Rewrite(Read(path), (name, isQuoted) => Include(name, path, isQuoted));
        NamesFunctions |= text.NamesFunctions;
        LongPlaces.AddRange(text.LongLines.Select(line => (path, line)));
        string name = path.Replace("\\", "\\\\", StringComparison.Ordinal);
        File.WriteAllText(copy, $"#line 1 \"{name}\"\n{text.Text}", Encoding.Latin1);
        return copy;
    }

    private string? Include(string name, string includer, bool isQuoted)
    {
        if (search.Find(name, includer, isQuoted) is not { } found) return null;
        return found.IsOwn ? $"\"{Add(found.Path)}\"" : $"<{found.Path}>";
    }

    // Byte for byte, whatever the code page; UTF-16 becomes UTF-8. Editors of DOS end a file with Ctrl+Z.
    private static string Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes is [0xff, 0xfe, ..]) bytes = Encoding.UTF8.GetBytes(Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2));
        else if (bytes is [0xfe, 0xff, ..])
            bytes = Encoding.UTF8.GetBytes(Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2));
        else if (bytes is [0xef, 0xbb, 0xbf, ..]) bytes = bytes[3..];
        return Encoding.Latin1.GetString(bytes).TrimEnd('\u001a');
    }
}

using System.Diagnostics;
using System.Globalization;
using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>
/// Functions, files and lines of places in drivers: by addr2line(1) of GNU binutils, which come with the compiler. A place
/// in C# brings its own. Not thread-safe.
/// </summary>
internal sealed class SourceLines
{
    private readonly Dictionary<(string Module, ulong Offset), IReadOnlyList<FrameDocument>> _known = [];

    /// <summary>Why lines are not known; null where they are, or nobody asked.</summary>
    public string? Missing { get; private set; }

    /// <summary>Looks all places up that are not known yet, each file's in one call.</summary>
    public void Learn(IEnumerable<CodePlace> places)
    {
        foreach (IGrouping<string, CodePlace> module in places.Where(one => !IsManaged(one) && !_known.ContainsKey(Key(one)))
            .GroupBy(one => one.Module))
        {
            Learn(module.Key, [.. module.Select(one => one.Offset).Distinct()]);
        }
    }

    /// <summary>The frames of a stack, functions that the compiler inlined as well.</summary>
    public IReadOnlyList<FrameDocument> Of(IReadOnlyList<CodePlace> stack) => [.. stack.SelectMany(Of)];

    private IEnumerable<FrameDocument> Of(CodePlace place)
    {
        if (IsManaged(place))
            return [new FrameDocument(place.Symbol, place.Module.Length == 0 ? null : place.Module, (int)place.Offset,
                Text(place))];
        return _known.TryGetValue(Key(place), out IReadOnlyList<FrameDocument>? frames) ? frames
            : [new FrameDocument(place.Symbol, null, 0, Text(place))];
    }

    private static bool IsManaged(CodePlace place) => place.Module.Length == 0 || place.Module.EndsWith(".cs",
        StringComparison.Ordinal);

    private static (string Module, ulong Offset) Key(CodePlace place) => (place.Module, place.Offset);

    private static string Text(CodePlace place) => IsManaged(place) ? place.Symbol ?? ""
        : $"{Path.GetFileName(place.Module)}+0x{place.Offset:x}";

    private void Learn(string module, ulong[] offsets)
    {
        string[] lines = Ask(module, offsets);
        List<FrameDocument> frames = [];
        ulong offset = 0;
        // An address, then pairs of lines: a function, and its file and line; those that are inlined first.
        for (int at = 0; at < lines.Length;)
        {
            if (lines[at].StartsWith("0x", StringComparison.Ordinal))
            {
                offset = ulong.Parse(lines[at++].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                _known[(module, offset)] = frames = [];
                continue;
            }

            if (at + 1 >= lines.Length) break;
            frames.Add(Frame(lines[at], lines[at + 1], $"{Path.GetFileName(module)}+0x{offset:x}"));
            at += 2;
        }
    }

    private static FrameDocument Frame(string function, string place, string address)
    {
        // "rtl8139.c:210 (discriminator 3)", "??:0", "file.c:?".
        string text = place.Split(" (")[0];
        int colon = text.LastIndexOf(':');
        string file = colon < 0 ? text : text[..colon];
        _ = int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int line);
        return new FrameDocument(function == "??" ? null : function, file == "??" ? null : file, line, address);
    }

    private string[] Ask(string module, ulong[] offsets)
    {
        try
        {
            var start = new ProcessStartInfo("addr2line") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (string word in (string[])["-a", "-f", "-i", "-C", "-e", module, .. offsets.Select(one => $"0x{one:x}")])
                start.ArgumentList.Add(word);
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Missing = "addr2line is not there, so findings have no lines: apt-get install binutils";
            return [];
        }
    }
}

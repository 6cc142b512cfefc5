namespace Nonpaged.Cli;

/// <summary>
/// Writes a help page in lines of a width. The texts of all sections begin in one column; a name that is too long for the
/// column before it has a line of its own, as GNU programs do it.
/// </summary>
internal sealed class HelpWriter(TextWriter output, int width, int longestName = HelpWriter.LongestOption)
{
    private const int LongestOption = 26;
    private const int Indent = 2;

    public void WriteParagraph(string text)
    {
        foreach (string line in Wrap(text, width)) output.WriteLine(line);
    }

    public void WriteSections(IReadOnlyList<HelpSection> sections)
    {
        int name = sections.SelectMany(section => section.Rows).Select(row => row.Name.Length)
            .Where(length => length <= longestName).DefaultIfEmpty(longestName).Max();
        int column = Indent + name + Indent;
        foreach (HelpSection section in sections)
        {
            output.WriteLine();
            output.WriteLine($"{section.Heading}:");
            foreach ((string Name, string Text) row in section.Rows) WriteRow(row.Name, row.Text, column);
        }
    }

    public void WriteExamples(IReadOnlyList<HelpExample> examples)
    {
        if (examples.Count == 0) return;
        output.WriteLine();
        output.WriteLine("Examples:");
        foreach (HelpExample example in examples)
        {
            foreach (string line in Wrap($"{example.Purpose}:", width - Indent)) output.WriteLine($"{Blanks(Indent)}{line}");
            // Whole, so that it can be pasted.
            output.WriteLine($"{Blanks(2 * Indent)}{example.Line}");
        }
    }

    private void WriteRow(string name, string text, int column)
    {
        string start = $"{Blanks(Indent)}{name}";
        if (start.Length > column - Indent)
        {
            output.WriteLine(start);
            start = "";
        }

        foreach (string line in Wrap(text, width - column))
        {
            output.WriteLine($"{start.PadRight(column)}{line}");
            start = "";
        }
    }

    private static string Blanks(int count) => new(' ', count);

    /// <summary>Breaks lines at blanks. A word that is too long for a line stays whole.</summary>
    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }

        yield return line;
    }
}

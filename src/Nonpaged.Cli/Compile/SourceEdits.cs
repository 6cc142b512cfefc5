using System.Text;

namespace Nonpaged.Cli;

/// <summary>Replacements in a text, told in the order of their places.</summary>
internal sealed class SourceEdits(string source)
{
    private readonly StringBuilder _text = new(source.Length + 256);
    private int _done;

    public string Source { get; } = source;

    public bool IsEmpty => _done == 0;

    public void Replace(CToken token, string text) => Replace(token.Start, token.End, text);

    public void Replace(int start, int end, string text)
    {
        _text.Append(Source, _done, start - _done).Append(text);
        _done = end;
    }

    public override string ToString()
    {
        _text.Append(Source, _done, Source.Length - _done);
        _done = Source.Length;
        return _text.ToString();
    }
}

using System.Collections.Immutable;

namespace Nonpaged.Cli;

/// <summary>
/// <c>__leave</c> of Microsoft's compiler: a jump to the end of the body of the innermost <c>__try</c>, where it gets a label.
/// </summary>
internal sealed class LeaveJumps(SourceEdits edits)
{
    private readonly Stack<ImmutableStack<Body?>> _branches = [];
    private ImmutableStack<Body?> _open = [];
    private bool _followsTry;
    private int _labels;

    public void Word(CToken token)
    {
        if (Is(token, "{"))
        {
            _open = _open.Push(_followsTry ? new Body() : null);
        }
        else if (Is(token, "}") && !_open.IsEmpty)
        {
            _open = _open.Pop(out Body? body);
            if (body?.Label is { } label) edits.Replace(token, $"{label}:;}}");
        }
        else if (Is(token, "__leave") && _open.FirstOrDefault(one => one is not null) is { } body)
        {
            body.Label ??= $"nonpaged_leave_{_labels++}";
            edits.Replace(token, $"goto {body.Label}");
        }

        _followsTry = Is(token, "__try");
    }

    /// <summary>Each branch of a condition begins with the braces that were open before the first.</summary>
    public void Directive(CToken name)
    {
        if (Is(name, "if") || Is(name, "ifdef") || Is(name, "ifndef")) _branches.Push(_open);
        else if (_branches.Count > 0 && (Is(name, "elif") || Is(name, "else"))) _open = _branches.Peek();
        else if (Is(name, "endif")) _branches.TryPop(out _);
    }

    private bool Is(CToken token, string text) => token.Is(edits.Source, text);

    private sealed class Body
    {
        public string? Label { get; set; }
    }
}

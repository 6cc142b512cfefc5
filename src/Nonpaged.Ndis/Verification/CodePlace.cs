namespace Nonpaged.Ndis;

/// <summary>A place in a driver's code.</summary>
/// <param name="Module">The file that has it: a shared object of C, or a source file of C#.</param>
/// <param name="Offset">In a shared object: the place's offset from where the file is loaded. In a source file: the line.</param>
/// <param name="Symbol">The function, where its name is known.</param>
public sealed record CodePlace(string Module, ulong Offset, string? Symbol)
{
    /// <summary>How far into that function; 0 for a source file.</summary>
    public ulong SymbolOffset { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string symbol = Symbol is null ? "" : $" ({Symbol}+0x{SymbolOffset:x})";
        return $"{Path.GetFileName(Module)}+0x{Offset:x}{symbol}";
    }
}

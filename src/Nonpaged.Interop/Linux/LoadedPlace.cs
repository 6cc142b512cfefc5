namespace Nonpaged.Interop;

/// <summary>An address as a place in a loaded file.</summary>
/// <param name="File">The file's path, as it was loaded.</param>
/// <param name="Offset">From the start of the file's mapping, as addr2line(1) takes it of a shared object.</param>
/// <param name="Symbol">The exported function before the address; null where there is none.</param>
/// <param name="SymbolOffset">From that function's start.</param>
internal readonly record struct LoadedPlace(string File, nint Offset, string? Symbol, nint SymbolOffset);

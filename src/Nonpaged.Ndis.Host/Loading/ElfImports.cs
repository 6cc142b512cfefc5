using System.Runtime.InteropServices;
using System.Text;

namespace Nonpaged.Ndis.Host;

/// <summary>
/// What a shared object needs from elsewhere (System V ABI, "Object Files"; AMD64 supplement): read from the
/// file, before any of its code runs.
/// </summary>
internal sealed class ElfImports
{
    private const int SectionHeaderTable = 0x28;
    private const int SectionHeaderSize = 0x3a;
    private const int SectionDynamic = 6;
    private const int SectionDynamicSymbols = 11;
    private const int SymbolSize = 24;
    private const int DynamicNeeded = 1;
    private const byte BindGlobal = 1;

    private readonly byte[] _file;

    private ElfImports(byte[] file) => _file = file;

    /// <summary>Functions and data that it defines for others.</summary>
    public List<string> Exports { get; } = [];

    /// <summary>Functions and data that are not defined in it, weak ones left out.</summary>
    public List<string> Symbols { get; } = [];

    /// <summary>The libraries that it names.</summary>
    public List<string> Libraries { get; } = [];

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ElfImports Read(string path, byte[] file)
    {
        var imports = new ElfImports(file);
        try
        {
            imports.ReadSections();
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new InvalidDataException($"{path} is damaged: its tables reach beyond its end.");
        }

        return imports;
    }

    private void ReadSections()
    {
        int table = (int)At<ulong>(SectionHeaderTable);
        ushort size = At<ushort>(SectionHeaderSize);
        ushort count = At<ushort>(SectionHeaderSize + 2);
        for (int index = 0; index < count; index++)
        {
            int header = table + (index * size);
            uint type = At<uint>(header + 4);
            if (type is not (SectionDynamic or SectionDynamicSymbols)) continue;
            (int start, int length) = ((int)At<ulong>(header + 0x18), (int)At<ulong>(header + 0x20));
            int strings = (int)At<ulong>(table + ((int)At<uint>(header + 0x28) * size) + 0x18);
            if (type == SectionDynamicSymbols) ReadSymbols(start, length, strings);
            else ReadNeeded(start, length, strings);
        }
    }

    private void ReadSymbols(int start, int length, int strings)
    {
        for (int symbol = start; symbol < start + length; symbol += SymbolSize)
        {
            bool isDefined = At<ushort>(symbol + 6) != 0;
            byte binding = (byte)(At<byte>(symbol + 4) >> 4);
            if (isDefined) Exports.Add(String(strings + (int)At<uint>(symbol)));
            else if (binding == BindGlobal) Symbols.Add(String(strings + (int)At<uint>(symbol)));
        }
    }

    private void ReadNeeded(int start, int length, int strings)
    {
        for (int entry = start; entry < start + length; entry += 16)
        {
            if (At<ulong>(entry) == DynamicNeeded) Libraries.Add(String(strings + (int)At<ulong>(entry + 8)));
        }
    }

    private T At<T>(int offset)
        where T : unmanaged => MemoryMarshal.Read<T>(_file.AsSpan(offset));

    private string String(int offset)
    {
        Span<byte> text = _file.AsSpan(offset);
        return Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]);
    }
}

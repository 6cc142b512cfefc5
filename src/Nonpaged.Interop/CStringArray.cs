using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Nonpaged.Interop;

/// <summary>
/// Strings as C's argv: UTF-8, each ended by a NUL, the array by a null pointer. A string with a NUL inside is refused.
/// </summary>
internal sealed unsafe class CStringArray : IDisposable
{
    private readonly int _count;

    public CStringArray(IReadOnlyList<string> strings)
    {
        foreach (string text in strings)
        {
            if (text.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException("A string with a NUL character in it cannot be given to a program.", nameof(strings));
        }

        _count = strings.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < _count; i++) Pointer[i] = Utf8StringMarshaller.ConvertToUnmanaged(strings[i]);
    }

    public byte** Pointer { get; private set; }

    public void Dispose()
    {
        if (Pointer == null) return;
        for (int i = 0; i < _count; i++) Utf8StringMarshaller.Free(Pointer[i]);
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}

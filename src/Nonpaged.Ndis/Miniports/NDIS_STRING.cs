using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>NDIS_STRING (UNICODE_STRING): 16-bit characters, counted, not terminated.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct NDIS_STRING
{
    /// <summary>Length in bytes, without any terminator.</summary>
    public ushort Length;

    /// <summary>Size of the buffer in bytes.</summary>
    public ushort MaximumLength;

    /// <summary>The characters.</summary>
    public char* Buffer;

    /// <summary>NdisInitUnicodeString: over characters that must outlive it.</summary>
    public NDIS_STRING(char* buffer, int characters)
    {
        Length = MaximumLength = checked((ushort)(characters * sizeof(char)));
        Buffer = buffer;
    }

    /// <summary>The characters as a string.</summary>
    public override readonly string ToString() => Buffer is null ? "" : new string(Buffer, 0, Length / sizeof(char));

    /// <summary>The characters of a string that a driver names; none where it gives NULL.</summary>
    internal static string Text(NDIS_STRING* text) => text is null ? "" : text->ToString();
}

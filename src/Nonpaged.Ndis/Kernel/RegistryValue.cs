using System.Globalization;
using System.Text;

namespace Nonpaged.Ndis;

/// <summary>A value of a registry key.</summary>
/// <param name="Name">Its name; empty for the key's default value.</param>
/// <param name="Type">REG_SZ, REG_DWORD and so on.</param>
/// <param name="Data">Strings are UTF-16 and end with a zero.</param>
internal sealed record RegistryValue(string Name, uint Type, byte[] Data)
{
    public const uint None = 0;
    public const uint String = 1;
    public const uint ExpandableString = 2;
    public const uint Binary = 3;
    public const uint Number = 4;
    public const uint MultiString = 7;

    /// <summary>
    /// A parameter of the run: a number (decimal, or hexadecimal with 0x) is a REG_DWORD, anything else a REG_SZ.
    /// </summary>
    public static RegistryValue Of(string name, string text)
    {
        bool isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isNumber = uint.TryParse(
            isHexadecimal ? text.AsSpan(2) : text, isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture, out uint number);
        return isNumber
            ? new RegistryValue(name, Number, BitConverter.GetBytes(number))
            : new RegistryValue(name, String, Encoding.Unicode.GetBytes(text + '\0'));
    }
}

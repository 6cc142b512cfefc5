using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>The type that the end of an integer constant names.</summary>
internal static class NumberSuffix
{
    /// <summary>Microsoft's i64 and its siblings as those of C; null where it has none of them.</summary>
    public static string? OfMicrosoft(ReadOnlySpan<char> number)
    {
        int at = number.LastIndexOfAny('i', 'I');
        if (at < 1 || !char.IsAsciiHexDigit(number[0])) return null;
        bool isUnsigned = number[at - 1] is 'u' or 'U';
        string? size = number[(at + 1)..] switch
        {
            "64" => "LL",
            "32" or "16" or "8" => "",
            _ => null,
        };
        return size is null ? null : $"{number[..(isUnsigned ? at - 1 : at)]}{(isUnsigned ? "U" : "")}{size}";
    }

    /// <summary>
    /// A constant whose type is int or unsigned int here and has the 32 bits that long has on Windows; null where it
    /// stays as it is. A decimal one beyond
    /// int is unsigned long to Microsoft's compiler.
    /// </summary>
    public static string? WithoutLong(ReadOnlySpan<char> number)
    {
        ReadOnlySpan<char> digits = number.TrimEnd("uUlL");
        ReadOnlySpan<char> suffix = number[digits.Length..];
        bool isHexadecimal = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isInteger = isHexadecimal ? IsAll(digits[2..], char.IsAsciiHexDigit) : IsAll(digits, char.IsAsciiDigit);
        int longs = suffix.Count('l') + suffix.Count('L');
        if (!isInteger || longs > 1) return null;
        bool isUnsigned = suffix.IndexOfAny('u', 'U') >= 0;
        bool isBeyondInt = digits[0] != '0'
            && ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            && value is > int.MaxValue and <= uint.MaxValue;
        if (longs == 0 && !(isBeyondInt && !isUnsigned)) return null;
        return $"{digits}{(isUnsigned || isBeyondInt ? "U" : "")}";
    }

    private static bool IsAll(ReadOnlySpan<char> text, Func<char, bool> test)
    {
        foreach (char unit in text)
        {
            if (!test(unit)) return false;
        }

        return text.Length > 0;
    }
}

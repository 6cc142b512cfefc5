using System.Text;

namespace Nonpaged.Ndis;

/// <summary>
/// What messages have in common that differ in numbers alone: a driver that makes one mistake for each packet makes one
/// kind of message.
/// </summary>
internal static class MessagePattern
{
    private const char Number = '#';

    // An OID names what was asked for, and is no count or address.
    private const string Oid = "OID ";

    /// <param name="message">The message.</param>
    /// <param name="withDecimals">Decimal numbers are left out as well, and not addresses alone.</param>
    public static string Of(string message, bool withDecimals)
    {
        var pattern = new StringBuilder(message.Length);
        for (int at = 0; at < message.Length;)
        {
            bool isNumber = char.IsAsciiDigit(message[at])
                && (at == 0 || !(char.IsAsciiLetterOrDigit(message[at - 1]) || message[at - 1] == '_'));
            if (!isNumber)
            {
                pattern.Append(message[at++]);
                continue;
            }

            int end = EndOfNumber(message, at, out bool isHexadecimal);
            bool isOid = message.AsSpan(0, at).EndsWith(Oid, StringComparison.Ordinal);
            bool isCovered = (isHexadecimal || withDecimals) && !isOid;
            if (isCovered) pattern.Append(Number);
            else pattern.Append(message, at, end - at);
            at = end;
        }

        return pattern.ToString();
    }

    private static int EndOfNumber(string message, int at, out bool isHexadecimal)
    {
        isHexadecimal = message.AsSpan(at).StartsWith("0x", StringComparison.Ordinal);
        int end = isHexadecimal ? at + 2 : at;
        while (end < message.Length
            && (isHexadecimal ? char.IsAsciiHexDigit(message[end]) : char.IsAsciiDigit(message[end]))) end++;
        return end;
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

/// <summary>What a driver without a card answered, and the frames that it was given, as JSON.</summary>
internal sealed record SurveyDocument(IReadOnlyList<OidDocument> Oids, long Sent, long Failed, long Returned);

/// <summary>An OID's answer.</summary>
internal sealed record OidDocument(string Name, string Oid, string Status, string StatusCode, string? Value)
{
    /// <summary>Name and number, for a person.</summary>
    [JsonIgnore]
    public string StatusText => Status.Length > 0 ? $"{Status} ({StatusCode})" : StatusCode;

    private const int Number = sizeof(uint);
    private const int Address = 6;

    public static OidDocument From(OidAnswer answer) => new(
        answer.Name, $"0x{answer.Oid:X8}", NdisStatusNames.NameOf(answer.Status) ?? "", $"0x{(uint)answer.Status:X8}",
        answer.Status == NDIS_STATUS.NDIS_STATUS_SUCCESS ? Text(answer) : null);

    private static string Text(OidAnswer answer)
    {
        byte[] bytes = [.. answer.Value];
        if (answer.Name.EndsWith("DESCRIPTION", StringComparison.Ordinal))
            return Encoding.ASCII.GetString(bytes).TrimEnd('\0');
        if (answer.Name.EndsWith("ADDRESS", StringComparison.Ordinal) && bytes.Length == Address)
            return new MacAddress(bytes).ToString();
        // The high half is the major number (NDIS 5, OID_GEN_DRIVER_VERSION, OID_GEN_VENDOR_DRIVER_VERSION).
        if (answer.Name.EndsWith("DRIVER_VERSION", StringComparison.Ordinal) && bytes.Length is sizeof(ushort) or sizeof(uint))
        {
            int half = bytes.Length / 2;
            return string.Create(CultureInfo.InvariantCulture, $"{Half(half)}.{Half(0)}");
            int Half(int from) => half == 1 ? bytes[from] : BitConverter.ToUInt16(bytes, from);
        }

        if (answer.Name == nameof(NdisLibrary.OID_GEN_SUPPORTED_LIST)) return $"{bytes.Length / Number} OIDs";
        return bytes.Length == Number ? BitConverter.ToUInt32(bytes).ToString(CultureInfo.InvariantCulture)
            : Convert.ToHexStringLower(bytes);
    }
}

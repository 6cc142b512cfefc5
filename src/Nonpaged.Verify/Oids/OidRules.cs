using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Verify;

/// <summary>The objects that an Ethernet miniport answers for (NDIS 5, "General Objects" and "Ethernet Objects").</summary>
internal static class OidRules
{
    private const int Number = sizeof(uint);
    private const int HeaderSize = 14;
    private const int AddressSize = 6;

    public static IReadOnlyList<OidRule> All { get; } =
    [
        new(OID_GEN_SUPPORTED_LIST, nameof(OID_GEN_SUPPORTED_LIST), 0, true, CheckList),
        Of(OID_GEN_HARDWARE_STATUS, nameof(OID_GEN_HARDWARE_STATUS), (value, _) =>
            value == 0 ? null : $"is {value}; expected 0, NdisHardwareStatusReady"),
        new(OID_GEN_MEDIA_SUPPORTED, nameof(OID_GEN_MEDIA_SUPPORTED), 0, true, CheckMedia),
        new(OID_GEN_MEDIA_IN_USE, nameof(OID_GEN_MEDIA_IN_USE), 0, true, CheckMedia),
        Of(OID_GEN_MAXIMUM_LOOKAHEAD, nameof(OID_GEN_MAXIMUM_LOOKAHEAD), (value, facts) =>
            value is > 0 and <= 1514 ? null : $"is {value}; expected 1 to {facts[OID_GEN_MAXIMUM_FRAME_SIZE] ?? 1500} bytes"),
        Of(OID_GEN_MAXIMUM_FRAME_SIZE, nameof(OID_GEN_MAXIMUM_FRAME_SIZE), (value, _) =>
            value is >= 46 and <= 1500 ? null : $"is {value}; expected up to 1500 bytes, without the header"),
        Of(OID_GEN_LINK_SPEED, nameof(OID_GEN_LINK_SPEED), (value, _) =>
            value >= 10_000 ? null : $"is {value}; expected units of 100 bit/s, 100000 for 10 Mbit/s"),
        Of(OID_GEN_TRANSMIT_BUFFER_SPACE, nameof(OID_GEN_TRANSMIT_BUFFER_SPACE), CheckSpace),
        Of(OID_GEN_RECEIVE_BUFFER_SPACE, nameof(OID_GEN_RECEIVE_BUFFER_SPACE), CheckSpace),
        Of(OID_GEN_TRANSMIT_BLOCK_SIZE, nameof(OID_GEN_TRANSMIT_BLOCK_SIZE), (value, facts) =>
            CheckBlock(value, facts[OID_GEN_TRANSMIT_BUFFER_SPACE])),
        Of(OID_GEN_RECEIVE_BLOCK_SIZE, nameof(OID_GEN_RECEIVE_BLOCK_SIZE), (value, facts) =>
            CheckBlock(value, facts[OID_GEN_RECEIVE_BUFFER_SPACE])),
        Of(OID_GEN_VENDOR_ID, nameof(OID_GEN_VENDOR_ID), null),
        new(OID_GEN_VENDOR_DESCRIPTION, nameof(OID_GEN_VENDOR_DESCRIPTION), 0, true, CheckText),
        Of(OID_GEN_CURRENT_LOOKAHEAD, nameof(OID_GEN_CURRENT_LOOKAHEAD), (value, facts) =>
            facts[OID_GEN_MAXIMUM_LOOKAHEAD] is { } most && value > most
                ? $"is {value}; expected OID_GEN_MAXIMUM_LOOKAHEAD, {most}, "
                + "at most" : null),
        new(OID_GEN_DRIVER_VERSION, nameof(OID_GEN_DRIVER_VERSION), 0, true, CheckVersion),
        Of(OID_GEN_MAXIMUM_TOTAL_SIZE, nameof(OID_GEN_MAXIMUM_TOTAL_SIZE), (value, facts) =>
            facts[OID_GEN_MAXIMUM_FRAME_SIZE] is { } frame && value != frame + HeaderSize
                ? $"is {value}; expected OID_GEN_MAXIMUM_FRAME_SIZE and the header, {frame + HeaderSize}" : null),
        Of(OID_GEN_MAC_OPTIONS, nameof(OID_GEN_MAC_OPTIONS), null),
        Of(OID_GEN_MEDIA_CONNECT_STATUS, nameof(OID_GEN_MEDIA_CONNECT_STATUS), (value, _) =>
            value == 0 ? null : $"is {value}; expected 0, NdisMediaStateConnected: the cable is there"),
        Of(OID_GEN_MAXIMUM_SEND_PACKETS, nameof(OID_GEN_MAXIMUM_SEND_PACKETS), (value, _) =>
            value > 0 ? null : "is 0; expected 1 at least"),
        Of(OID_GEN_XMIT_OK, nameof(OID_GEN_XMIT_OK), null),
        Of(OID_GEN_RCV_OK, nameof(OID_GEN_RCV_OK), null),
        Of(OID_GEN_XMIT_ERROR, nameof(OID_GEN_XMIT_ERROR), NoErrors),
        Of(OID_GEN_RCV_ERROR, nameof(OID_GEN_RCV_ERROR), NoErrors),
        Of(OID_GEN_RCV_NO_BUFFER, nameof(OID_GEN_RCV_NO_BUFFER), null),
        new(OID_802_3_PERMANENT_ADDRESS, nameof(OID_802_3_PERMANENT_ADDRESS), AddressSize, true, CheckAddress),
        new(OID_802_3_CURRENT_ADDRESS, nameof(OID_802_3_CURRENT_ADDRESS), AddressSize, true, CheckAddress),
        Of(OID_802_3_MAXIMUM_LIST_SIZE, nameof(OID_802_3_MAXIMUM_LIST_SIZE), (value, _) =>
            value > 0 ? null : "is 0; expected 1 multicast address at least"),
        Of(OID_802_3_RCV_ERROR_ALIGNMENT, nameof(OID_802_3_RCV_ERROR_ALIGNMENT), NoErrors),
        Of(OID_802_3_XMIT_ONE_COLLISION, nameof(OID_802_3_XMIT_ONE_COLLISION), NoErrors),
        Of(OID_802_3_XMIT_MORE_COLLISIONS, nameof(OID_802_3_XMIT_MORE_COLLISIONS), NoErrors),
    ];

    private static OidRule Of(uint oid, string name, Func<uint, OidFacts, string?>? check) => new(
        oid, name, Number, true, check is null ? null : (value, facts) => check(BitConverter.ToUInt32(value), facts));

    private static string? NoErrors(uint value, OidFacts facts) =>
        value == 0 ? null : $"is {value}; expected 0: nothing was lost or damaged, and no cable has collisions";

    private static string? CheckSpace(uint value, OidFacts facts) =>
        facts[OID_GEN_MAXIMUM_TOTAL_SIZE] is { } frame && value < frame
            ? $"is {value}; expected room for a frame, {frame} bytes, at least" : null;

    private static string? CheckBlock(uint value, uint? space) =>
        value == 0 ? "is 0; expected 1 byte at least"
        : value > space ? $"is {value}; expected the buffer space, {space}, at most"
        : null;

    private static string? CheckList(byte[] value, OidFacts facts)
    {
        if (value.Length % Number != 0) return $"has {value.Length} bytes; expected whole OIDs of 4 bytes";
        HashSet<uint> listed = [.. value.Chunk(Number).Select(one => BitConverter.ToUInt32(one))];
        if (listed.Count * Number < value.Length) return "has an OID twice";
        string missing = string.Join(", ", All.Where(rule => rule.Mandatory && !listed.Contains(rule.Oid)).Select(rule =>
            rule.Name));
        return missing.Length == 0 ? null : $"lacks {missing}, which are mandatory";
    }

    private static string? CheckMedia(byte[] value, OidFacts facts) =>
        value.Length >= Number && value.Length % Number == 0
            && value.Chunk(Number).Any(one => BitConverter.ToUInt32(one) == (uint)NDIS_MEDIUM.NdisMedium802_3)
            ? null : "does not have 0, NdisMedium802_3";

    private static string? CheckText(byte[] value, OidFacts facts) =>
        value.Length < 2 ? "is empty"
        : value[^1] != 0 ? "does not end with 0"
        : value.AsSpan(0, value.Length - 1).Contains((byte)0) ? "has a 0 within"
        : null;

    private static string? CheckVersion(byte[] value, OidFacts facts)
    {
        if (value.Length != sizeof(ushort)) return $"has {value.Length} bytes; expected 2";
        uint version = BitConverter.ToUInt16(value);
        return version == facts.Version ? null
            : $"is 0x{version:x4}; expected that of the miniport's characteristics, 0x{facts.Version:x4}";
    }

    private static string? CheckAddress(byte[] value, OidFacts facts) =>
        (value[0] & 1) != 0 ? "is a group's address"
        : value.AsSpan().IndexOfAnyExcept((byte)0) < 0 ? "is 0"
        : null;
}

namespace Nonpaged.Ndis;

/// <summary>How text names a status: people search for the name, tools for the number.</summary>
public static class NdisStatusNames
{
    // [MS-ERREF] 2.3.1: what drivers return beside the statuses of NDIS, which are of the same type.
    private static readonly Dictionary<uint, string> s_others = new()
    {
        [0x80000002] = "STATUS_DATATYPE_MISALIGNMENT",
        [0xC0000002] = "STATUS_NOT_IMPLEMENTED",
        [0xC0000005] = "STATUS_ACCESS_VIOLATION",
        [0xC0000008] = "STATUS_INVALID_HANDLE",
        [0xC000000D] = "STATUS_INVALID_PARAMETER",
        [0xC000000E] = "STATUS_NO_SUCH_DEVICE",
        [0xC0000010] = "STATUS_INVALID_DEVICE_REQUEST",
        [0xC0000017] = "STATUS_NO_MEMORY",
        [0xC0000022] = "STATUS_ACCESS_DENIED",
        [0xC0000023] = "STATUS_BUFFER_TOO_SMALL",
        [0xC0000034] = "STATUS_OBJECT_NAME_NOT_FOUND",
        [0xC00000A3] = "STATUS_DEVICE_NOT_READY",
        [0xC00000B5] = "STATUS_IO_TIMEOUT",
        [0xC0000120] = "STATUS_CANCELLED",
        [0xC0000184] = "STATUS_INVALID_DEVICE_STATE",
        [0xC0000185] = "STATUS_IO_DEVICE_ERROR",
    };

    /// <summary>
    /// The status's name and number, as "NDIS_STATUS_RESOURCES (0xC000009A)"; the number alone, as "0xC0001234", where
    /// the documents
    /// know no name for it.
    /// </summary>
    public static string Describe(this NDIS_STATUS status) =>
        NameOf(status) is { } name ? $"{name} (0x{(uint)status:X8})" : $"0x{(uint)status:X8}";

    /// <summary>The status's name; null where the documents have none.</summary>
    public static string? NameOf(NDIS_STATUS status) =>
        Enum.IsDefined(status) ? status.ToString() : s_others.GetValueOrDefault((uint)status);
}

namespace Nonpaged.Ndis;

/// <summary>The protocol of docs/devices.md: numbers are little-endian, and a message's size includes its header.</summary>
internal static class DeviceWire
{
    public const uint Version = 1;

    public const int RequestHeader = 40;
    public const int ResponseHeader = 32;

    /// <summary>In bytes, as UTF-8.</summary>
    public const int LongestName = 1024;

    /// <summary>A control has input and, where its driver reads the output buffer, that.</summary>
    public const int LongestRequest = RequestHeader + (2 * (int)OpenFile.LongestTransfer);

    public const int LongestResponse = ResponseHeader + (int)OpenFile.LongestTransfer;

    /// <summary>Set in a response's kind.</summary>
    public const uint ResponseBit = 0x80000000;

    /// <summary>The environment variable with the path of a run's socket.</summary>
    public const string PathVariable = "NONPAGED_DEVICES";
}

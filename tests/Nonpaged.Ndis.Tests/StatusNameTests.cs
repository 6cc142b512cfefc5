namespace Nonpaged.Ndis.Tests;

public sealed class StatusNameTests
{
    [Theory]
    [InlineData(0xC000009A, "NDIS_STATUS_RESOURCES (0xC000009A)")]
    [InlineData(0xC001001B, "NDIS_STATUS_FILE_NOT_FOUND (0xC001001B)")]
    [InlineData(0xC000000D, "STATUS_INVALID_PARAMETER (0xC000000D)")]
    [InlineData(0, "NDIS_STATUS_SUCCESS (0x00000000)")]
    [InlineData(0xC0DE0001, "0xC0DE0001")]
    public void A_status_is_told_by_name_and_number(uint status, string expected) =>
        Assert.Equal(expected, ((NDIS_STATUS)status).Describe());

    [Theory]
    [InlineData("0x7f00 lies 16 bytes inside a block; expected its start, 0x7ef0",
        "# lies # bytes inside a block; expected its start, #")]
    [InlineData("OID 0x00010101: the driver says that it used 12 bytes of a buffer of 4",
        "OID 0x00010101: the driver says that it used # bytes of a buffer of #")]
    [InlineData("e1000 and rtl8139 in 2 slots", "e1000 and rtl8139 in # slots")]
    [InlineData("", "")]
    public void Reports_that_differ_in_numbers_have_one_pattern(string message, string pattern) =>
        Assert.Equal(pattern, new NdisReport(NdisReportKind.BrokenRule, "", "", message).Pattern);
}

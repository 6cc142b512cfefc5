using System.Text;
using Nonpaged.Tests.Samples;

namespace Nonpaged.Ndis.Tests.Samples;

/// <summary>The sample of a miniport in C#.</summary>
public sealed class MiniportSampleTests
{
    [Theory]
    [InlineData("hello, wire")]
    [InlineData("any other text, of more than forty-six bytes, which Ethernet would not fill up")]
    public void A_frame_goes_through_the_miniport_and_the_card_and_comes_back(string text)
    {
        (int exitCode, string output, string error) = SampleProgram.Run("MiniportSample", text);
        Assert.True(exitCode == 0, $"{error}{output}");
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string frame = $"02000000000102000000000188b5{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text))}";
        Assert.Equal(
            [
                "loop-port 0x300 runs, address 02:00:00:00:00:01",
                $"{14 + text.Length} bytes came: {frame}",
                $"text: {text}",
                "halted, 0 blocks left, 0 reports",
            ],
            lines);
    }

    [Fact]
    public void A_frame_that_is_too_long_for_the_card_is_refused_with_the_status()
    {
        (int exitCode, _, string error) = SampleProgram.Run("MiniportSample", new string('x', 2000));
        Assert.Equal(1, exitCode);
        Assert.Contains("NdisSend: NDIS_STATUS_INVALID_LENGTH", error, StringComparison.Ordinal);
    }
}

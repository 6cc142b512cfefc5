using System.Runtime.InteropServices;

namespace Nonpaged.Tests.Lifetime;

/// <summary>Where the library does not work it says what it needs.</summary>
public sealed class PlatformTests
{
    [Theory]
    [InlineData(true, Architecture.X64, "linux-x64", 4096, null)]
    [InlineData(false, Architecture.X64, "win-x64", 4096, "needs Linux")]
    [InlineData(true, Architecture.Arm64, "linux-arm64", 4096, "x86-64")]
    [InlineData(true, Architecture.X64, "linux-musl-x64", 4096, "GNU C library")]
    [InlineData(true, Architecture.X64, "linux-x64", 16384, "pages of 4096 bytes")]
    public void What_is_missing_is_said(bool isLinux, Architecture processor, string runtime, int pageSize, string? reason)
    {
        string? why = Platform.WhyNot(isLinux, processor, runtime, pageSize);
        if (reason is null) Assert.Null(why);
        else Assert.Contains(reason, why, StringComparison.Ordinal);
    }
}

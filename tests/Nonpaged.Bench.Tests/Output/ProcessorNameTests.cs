namespace Nonpaged.Bench.Tests;

public sealed class ProcessorNameTests
{
    [Theory]
    [InlineData("AuthenticAMD", 25, 17, 1, "AMD EPYC 9R14", "amd-epyc-zen4")]
    [InlineData("AuthenticAMD", 25, 160, 2, "AMD EPYC 9754", "amd-epyc-zen4")]
    [InlineData("AuthenticAMD", 25, 1, 1, "AMD EPYC 7R13", "amd-epyc-zen3")]
    [InlineData("AuthenticAMD", 26, 2, 1, "AMD EPYC", "amd-epyc-zen5")]
    [InlineData("AuthenticAMD", 26, 80, 1, "AMD EPYC", "amd-epyc-zen6")]
    [InlineData("AuthenticAMD", 23, 49, 0, "AMD EPYC 7R32", "amd-epyc-zen2")]
    [InlineData("AuthenticAMD", 25, 97, 2, "AMD Ryzen 9 7950X", "amd-ryzen-zen4")]
    [InlineData("GenuineIntel", 6, 85, 7, "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz", "intel-xeon-cascade-lake")]
    [InlineData("GenuineIntel", 6, 85, 4, "Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", "intel-xeon-skylake")]
    [InlineData("GenuineIntel", 6, 143, 8, "Intel(R) Xeon(R) Platinum 8488C", "intel-xeon-sapphire-rapids")]
    [InlineData("GenuineIntel", 6, 106, 6, "Intel(R) Xeon(R) Processor", "intel-xeon-ice-lake")]
    [InlineData("GenuineIntel", 6, 250, 1, "Intel(R) Xeon(R)", "intel-6-250")]
    [InlineData("AuthenticAMD", 27, 3, 1, "AMD EPYC", "amd-27-3")]
    [InlineData("Some Vendor", 7, 3, 1, "", "some-vendor-7-3")]
    public void The_folder_is_called_by_vendor_line_and_core(
        string vendor, int family, int model, int stepping, string name, string folder) => Assert.Equal(
        folder,
        ProcessorName.Of(
        [
            "processor\t: 0", $"vendor_id\t: {vendor}", $"cpu family\t: {family}", $"model\t\t: {model}", $"model name\t: {name}",
            $"stepping\t: {stepping}", "", "processor\t: 1", "vendor_id\t: other",
        ]));

    [Fact]
    public void What_says_nothing_of_itself_has_a_name_all_the_same() => Assert.Equal("unknown-0-0", ProcessorName.Of([]));
}

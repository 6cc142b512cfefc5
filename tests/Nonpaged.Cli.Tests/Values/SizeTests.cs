using System.Globalization;
using CsCheck;

namespace Nonpaged.Cli.Tests.Values;

public sealed class SizeTests
{
    [Theory]
    [InlineData("0", 0UL)]
    [InlineData("4096", 4096UL)]
    [InlineData("64K", 65536UL)]
    [InlineData("64k", 65536UL)]
    [InlineData("4KiB", 4096UL)]
    [InlineData("2M", 2UL << 20)]
    [InlineData("2MiB", 2UL << 20)]
    [InlineData("1G", 1UL << 30)]
    [InlineData("1T", 1UL << 40)]
    [InlineData("0x1000", 4096UL)]
    [InlineData("0Xfff", 4095UL)]
    [InlineData("0xffffffffffffffff", ulong.MaxValue)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    public void Sizes_are_read_as_people_write_them(string text, ulong bytes) =>
        Assert.Equal(bytes, Size.Parse("--length", text));

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5G")]
    [InlineData("1 G")]
    [InlineData(" 1")]
    [InlineData("1_000")]
    [InlineData("0x")]
    [InlineData("0x10K")]
    [InlineData("2MB")]
    [InlineData("2B")]
    [InlineData("2X")]
    [InlineData("2iB")]
    [InlineData("18446744073709551616")]
    [InlineData("0x10000000000000000")]
    [InlineData("16777216T")]
    [InlineData("٣")]
    public void What_is_no_size_is_refused_with_what_would_be_one(string text)
    {
        AllocationFailure failure = Assert.Throws<CommandException>(() => Size.Parse("--length", text)).Failure;
        Assert.Contains("--length", failure.Reason, StringComparison.Ordinal);
        Assert.Contains(text, failure.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(failure.Limit);
        Assert.NotEmpty(failure.Remedy);
    }

    [Fact]
    public void Every_number_is_read_back_from_decimal_and_hexadecimal_and_from_its_short_form() =>
        Gen.OneOf(Gen.ULong, Gen.Select(Gen.ULong[0, 4096], Gen.Int[0, 51], (number, shift) => number << shift)).Sample(number =>
            Size.Parse("--length", number.ToString(CultureInfo.InvariantCulture)) == number
            && Size.Parse("--length", $"0x{number:x}") == number
            && (number % 1024 != 0 || number == 0
                || Size.Parse("--length", Size.Format(number).Replace(" ", "", StringComparison.Ordinal)) == number));

    [Fact]
    public void A_unit_multiplies_or_the_size_is_refused_and_never_wraps_around() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 4]).Sample((number, unit) =>
        {
            string text = $"{number}{"KMGT"[unit - 1]}";
            UInt128 exact = (UInt128)number << (10 * unit);
            if (exact <= ulong.MaxValue) Assert.Equal((ulong)exact, Size.Parse("--length", text));
            else Assert.Throws<CommandException>(() => Size.Parse("--length", text));
        });
}

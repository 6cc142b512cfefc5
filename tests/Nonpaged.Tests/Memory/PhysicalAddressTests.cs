using CsCheck;

namespace Nonpaged.Tests.Memory;

/// <summary>Sums of physical addresses and numbers of bytes of any sign.</summary>
public sealed class PhysicalAddressTests(ITestOutputHelper output)
{
    [Fact]
    public void A_sum_is_exact_or_told_to_be_none() => Gen.Select(Gen.ULong, Gen.Long).Sample(
        (address, bytes) =>
        {
            Int128 sum = (Int128)address + bytes;
            var start = new PhysicalAddress(address);
            if (sum < 0 || sum > ulong.MaxValue) Assert.Throws<OverflowException>(() => start + bytes);
            else Assert.Equal((ulong)sum, (start + bytes).Value);
        },
        writeLine: output.WriteLine);

    [Fact]
    public void The_ends_are_reached_and_not_passed()
    {
        Assert.Equal(0UL, (new PhysicalAddress(1UL << 63) + long.MinValue).Value);
        Assert.Throws<OverflowException>(() => new PhysicalAddress((1UL << 63) - 1) + long.MinValue);
        Assert.Equal(PhysicalAddress.Max, new PhysicalAddress(1UL << 63) + long.MaxValue);
        Assert.Throws<OverflowException>(() => PhysicalAddress.Max + 1);
        int index = 3;
        Assert.Equal(new PhysicalAddress(0x4000), new PhysicalAddress(0x1000) + index * 4096);
    }
}

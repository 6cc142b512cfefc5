using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop.Tests;

public sealed unsafe class ForkedDescriptorsTests
{
    [Fact]
    public void What_is_listed_is_in_the_table_until_it_is_taken_off()
    {
        using var low = new SafeFileHandle(3 * 64 + 5, ownsHandle: false);
        using var high = new SafeFileHandle(1_000_000, ownsHandle: false);
        ForkedDescriptors.Add(low);
        ForkedDescriptors.Add(high);
        Assert.True(IsListed(3 * 64 + 5));
        Assert.True(IsListed(1_000_000));
        Assert.False(IsListed(3 * 64 + 6));

        ForkedDescriptors.Remove(low);
        Assert.False(IsListed(3 * 64 + 5));
        Assert.True(IsListed(1_000_000));
        ForkedDescriptors.Remove(high);
        Assert.False(IsListed(1_000_000));
    }

    [Fact]
    public void A_descriptor_beyond_the_table_and_an_invalid_one_are_left_out()
    {
        using var far = new SafeFileHandle(int.MaxValue, ownsHandle: false);
        using var invalid = new SafeFileHandle(-1, ownsHandle: false);
        ForkedDescriptors.Add(far);
        ForkedDescriptors.Add(invalid);
        ForkedDescriptors.Remove(far);
        ForkedDescriptors.Remove(invalid);
    }

    private static bool IsListed(int descriptor)
    {
        ulong** pages = (ulong**)ForkedDescriptors.Table;
        ulong* page = pages == null ? null : pages[descriptor >> 15];
        return page != null && (page[(descriptor & 0x7fff) / 64] >> (descriptor % 64) & 1) != 0;
    }
}

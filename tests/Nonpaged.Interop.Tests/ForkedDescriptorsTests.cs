using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop.Tests;

public sealed unsafe class ForkedDescriptorsTests
{
    [Fact]
    public void WhatIsListedIsInTheTableUntilItIsTakenOff()
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
    public void ADescriptorBeyondTheTableAndAnInvalidOneAreLeftOut()
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
        var pages = (ulong**)ForkedDescriptors.Table;
        ulong* page = pages == null ? null : pages[descriptor >> 15];
        return page != null && (page[(descriptor & 0x7fff) / 64] >> (descriptor % 64) & 1) != 0;
    }
}

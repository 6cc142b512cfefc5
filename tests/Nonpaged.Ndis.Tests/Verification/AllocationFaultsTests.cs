namespace Nonpaged.Ndis.Tests.Verification;

/// <summary>Calls that allocate and are made to fail.</summary>
public sealed class AllocationFaultsTests
{
    private static readonly CodePlace[] s_here = [new("driver.so", 0x10, "Setup")];
    private static readonly CodePlace[] s_there = [new("driver.so", 0x20, "Setup")];

    [Fact]
    public void Calls_are_counted_by_their_place_in_the_order_of_the_first()
    {
        var faults = new AllocationFaults();
        Assert.False(faults.Fails("A", s_here));
        Assert.False(faults.Fails("B", s_there));
        Assert.False(faults.Fails("A", s_here));
        Assert.False(faults.Fails("A", []));
        Assert.Equal([2, 1], faults.Places.Select(place => place.Value));
        Assert.Equal(0, faults.Failed);
        Assert.Same(s_there, faults.StackOf("B"));
    }

    [Fact]
    public void A_place_fails_from_the_call_on_that_was_named()
    {
        var counting = new AllocationFaults();
        counting.Fails("A", s_here);
        string place = counting.Places[0].Key;
        var faults = new AllocationFaults(new Dictionary<string, int> { [place] = 2 });
        Assert.False(faults.Fails("A", s_here));
        Assert.False(faults.Fails("A", s_there));
        Assert.True(faults.Fails("A", s_here));
        Assert.True(faults.Fails("A", s_here));
        Assert.Equal(2, faults.Failed);
    }

    [Fact]
    public void All_calls_fail_from_one_on()
    {
        var faults = new AllocationFaults(failFrom: 2);
        Assert.False(faults.Fails("A", s_here));
        Assert.True(faults.Fails("B", s_there));
        Assert.True(faults.Fails("A", s_here));
        // A call that is none of a driver's is let be.
        Assert.False(faults.Fails("A", []));
    }
}

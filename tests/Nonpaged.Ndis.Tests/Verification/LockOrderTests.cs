namespace Nonpaged.Ndis.Tests.Verification;

/// <summary>Orders in which spin locks are taken.</summary>
public sealed class LockOrderTests
{
    [Fact]
    public void The_opposite_order_is_told_though_nobody_waited()
    {
        var order = new LockOrder();
        Assert.Null(Take(order, 1, 2));
        Assert.Null(Take(order, 2, 3));
        Assert.Null(Take(order, 1, 3));
        Assert.Equal(1, Take(order, 2, 1) is { Other: 2 } ? 1 : 0);
    }

    [Fact]
    public void A_cycle_of_three_is_told()
    {
        var order = new LockOrder();
        Assert.Null(Take(order, 1, 2));
        Assert.Null(Take(order, 2, 3));
        Assert.NotNull(Take(order, 3, 1));
    }

    [Fact]
    public void A_lock_in_memory_that_is_used_again_has_no_order_yet()
    {
        var order = new LockOrder();
        Assert.Null(Take(order, 1, 2));
        order.Forget(2);
        Assert.Null(Take(order, 2, 1));
    }

    [Fact]
    public void What_a_function_took_and_did_not_give_back_is_known()
    {
        int before = LockOrder.Held;
        LockOrder.OnTaken(7, "NdisAcquireSpinLock", []);
        HeldLock held = Assert.Single(LockOrder.TakeAbove(before));
        Assert.Equal(7, held.Address);
        Assert.Equal(before, LockOrder.Held);
    }

    /// <summary>Takes one lock, then another, and gives both back.</summary>
    private static (nint Other, IReadOnlyList<CodePlace> Stack)? Take(LockOrder order, nint first, nint second)
    {
        order.OnTake(first, []);
        LockOrder.OnTaken(first, "first", []);
        (nint Other, IReadOnlyList<CodePlace> Stack)? found = order.OnTake(second, []);
        LockOrder.OnTaken(second, "second", []);
        LockOrder.OnGiven(second);
        LockOrder.OnGiven(first);
        return found;
    }
}

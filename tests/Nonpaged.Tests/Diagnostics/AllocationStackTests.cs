using System.Runtime.CompilerServices;

namespace Nonpaged.Tests.Diagnostics;

/// <summary>Who forgot a block.</summary>
public sealed class AllocationStackTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public void What_was_left_behind_is_told_with_the_stack_of_who_allocated_it(int length)
    {
        PoolLeftovers? left = null;
        using (var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "leaky", AllocationStacks = true }))
        {
            pool.LeftBehind += leftovers => left = leftovers;
            Forget(pool, length);
            pool.Allocate(length).Dispose();
        }

        MemoryBlock block = Assert.Single(left!.Blocks);
        string first = block.AllocationStack!.Split(Environment.NewLine)[0];
        Assert.StartsWith($"   at {typeof(AllocationStackTests)}.{nameof(Forget)}", first, StringComparison.Ordinal);
        Assert.Contains(block.AllocationStack, left.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_being_asked_for_no_stack_is_kept()
    {
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(100_000);
        Assert.Null(block.AllocationStack);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(NonpagedPool pool, int length) => pool.Allocate(length);
}

namespace Nonpaged.Tests.Faults;

/// <summary>
/// One run of a workload with at most one failing call. A step that fails is made once more, and then it must succeed.
/// </summary>
internal sealed class Attempt(FaultHook hook)
{
    private int _reported;

    /// <summary>What the failing steps said.</summary>
    public List<string> Errors { get; } = [];

    public void Do(Func<AllocationFailure?> step)
    {
        if (Try(step) is not { } failure) return;
        Assert.True(hook.HasFired, $"It failed with no call having failed: {failure}");
        Assert.Equal(0, _reported++);
        Errors.Add(failure);
        string? again = Try(step);
        Assert.True(again is null, $"The next call fails too: {again}");
    }

    public MemoryBlock Allocate(NonpagedPool pool, MemoryRequest request)
    {
        MemoryBlock? block = null;
        Do(() => pool.TryAllocate(request, out block, out AllocationFailure? failure) ? null : failure);
        hook.Unobserved(() =>
        {
            Assert.True(request.Pin is PinDemand.WherePossible or PinDemand.None || block!.Obtained.Pinned);
            Assert.True(!request.Contiguous || block!.Obtained.Contiguous);
            Assert.Equal(-1, block!.AsSpan().IndexOfAnyExcept((byte)0));
            bool isKnown = block.Obtained.PhysicalRanges[0].Start is not null;
            Assert.True(isKnown || !block.Obtained.Pinned
                || (hook.HasFired && block.Obtained.Evidence.Contains("may not be read", StringComparison.Ordinal)));
            if (block.Obtained.Pin is PinKind.IoUring or PinKind.Pipe && isKnown)
                Extents.Host.AssertFramesAreThoseOfTheKernel(pool, block);
            block.AsSpan().Fill(0xa5);
        });
        return block!;
    }

    public T Make<T>(Func<T> make)
        where T : class
    {
        T? made = null;
        Do(() =>
        {
            made = make();
            return null;
        });
        return made!;
    }

    private static string? Try(Func<AllocationFailure?> step)
    {
        try
        {
            return step()?.ToString();
        }
        catch (AllocationException exception)
        {
            return exception.Message;
        }
    }
}

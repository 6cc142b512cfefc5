namespace DirectReads;

/// <summary>Direct reads by RandomAccess.Read into pinned arrays, on as many threads as reads may be under way.</summary>
internal sealed class ThreadsWay(string name) : Way(name)
{
    public override Sample Measure(TestFile file, int length, int seed, TimeSpan time)
    {
        var clock = new Clock(time);
        Task<long>[] loops = [.. Enumerable.Range(0, Depth).Select(index => Task.Factory.StartNew(
            () => Loop(file, length, new Random(seed + index), clock),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        long reads = Task.WhenAll(loops).GetAwaiter().GetResult().Sum();
        return clock.End(reads);
    }

    private static long Loop(TestFile file, int length, Random random, Clock clock)
    {
        Span<byte> buffer = ReadBuffers.AllocateArray(length, out int first).AsSpan(first, length);
        long reads = 0;
        for (; !clock.IsOver; reads++)
        {
            long offset = file.Pick(random, length);
            int read = RandomAccess.Read(file.Uncached!, buffer, offset);
            TestFile.Check(buffer[..read], offset);
        }

        return reads;
    }
}

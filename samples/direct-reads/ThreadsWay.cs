namespace DirectReads;

/// <summary>Direct reads by RandomAccess.Read, on as many threads as reads may be under way.</summary>
/// <param name="name">What the table calls it.</param>
/// <param name="allocate">What the reads go to.</param>
internal sealed class ThreadsWay(string name, Func<int, ReadBuffers> allocate) : Way(name)
{
    public override Sample Measure(TestFile file, int length, int seed, TimeSpan time)
    {
        using ReadBuffers buffers = allocate(Depth * length);
        var clock = new Clock(time);
        Task<long>[] loops = [.. Enumerable.Range(0, Depth).Select(slot => Task.Factory.StartNew(
            () => Loop(file, buffers.Memory.Span.Slice(slot * length, length), new Random(seed + slot), clock),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        long reads = Task.WhenAll(loops).GetAwaiter().GetResult().Sum();
        return clock.End(reads);
    }

    private static long Loop(TestFile file, Span<byte> buffer, Random random, Clock clock)
    {
        long reads = 0;
        for (; !clock.IsOver; reads++)
        {
            long offset = file.Pick(random, buffer.Length);
            int read = RandomAccess.Read(file.Uncached!, buffer, offset);
            TestFile.Check(buffer[..read], offset);
        }

        return reads;
    }
}

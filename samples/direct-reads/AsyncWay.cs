namespace DirectReads;

/// <summary>RandomAccess.ReadAsync: .NET gives each read to a thread of its pool, which calls pread.</summary>
/// <param name="name">What the table calls it.</param>
/// <param name="allocate">What the reads go to.</param>
/// <param name="isDirect">Past the page cache.</param>
/// <param name="isCached">All of the file is in the page cache before.</param>
internal sealed class AsyncWay(string name, Func<int, ReadBuffers> allocate, bool isDirect, bool isCached = false) : Way(name)
{
    public override Sample Measure(TestFile file, int length, int seed, TimeSpan time)
    {
        if (isCached) file.Remember();
        using ReadBuffers buffers = allocate(Depth * length);
        var clock = new Clock(time);
        Task<long>[] loops = [.. Enumerable.Range(0, Depth).Select(slot =>
            Loop(file, buffers.Memory.Slice(slot * length, length), new Random(seed + slot), clock))];
        long reads = Task.WhenAll(loops).GetAwaiter().GetResult().Sum();
        return clock.End(reads);
    }

    private async Task<long> Loop(TestFile file, Memory<byte> buffer, Random random, Clock clock)
    {
        long reads = 0;
        for (; !clock.IsOver; reads++)
        {
            long offset = file.Pick(random, buffer.Length);
            int read = await RandomAccess.ReadAsync(isDirect ? file.Uncached! : file.Cached!, buffer, offset)
                .ConfigureAwait(false);
            TestFile.Check(buffer.Span[..read], offset);
        }

        return reads;
    }
}

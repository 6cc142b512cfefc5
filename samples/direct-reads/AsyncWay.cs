namespace DirectReads;

/// <summary>RandomAccess.ReadAsync into pinned arrays: .NET gives each read to a thread of its pool, which calls pread.</summary>
/// <param name="name">What the table calls it.</param>
/// <param name="isDirect">Past the page cache.</param>
/// <param name="isCached">All of the file is in the page cache before.</param>
internal sealed class AsyncWay(string name, bool isDirect, bool isCached = false) : Way(name)
{
    public override Sample Measure(TestFile file, int length, int seed, TimeSpan time)
    {
        if (isCached) file.Remember();
        Memory<byte>[] buffers = [.. Enumerable.Range(0, Depth).Select(_ =>
            ReadBuffers.AllocateArray(length, out int first).AsMemory(first, length))];
        var clock = new Clock(time);
        Task<long>[] loops = [.. buffers.Select((buffer, index) => Loop(file, buffer, new Random(seed + index), clock))];
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

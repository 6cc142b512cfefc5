using DirectReads;
using Nonpaged;

var array = new AsyncWay("arrays, ReadAsync, O_DIRECT", ReadBuffers.OfArray, isDirect: true);
var uring = new UringWay("arrays, io_uring", ReadBuffers.OfArray, registered: false);
Way[] ways =
[
    new AsyncWay("arrays, ReadAsync, page cache, all in it", ReadBuffers.OfArray, isDirect: false, isCached: true),
    new AsyncWay("arrays, ReadAsync, page cache, empty at first", ReadBuffers.OfArray, isDirect: false),
    array,
    new ThreadsWay("arrays, Read by 32 threads, O_DIRECT", ReadBuffers.OfArray),
    new AsyncWay("Nonpaged, ReadAsync, O_DIRECT", ReadBuffers.OfPool, isDirect: true),
    uring,
    new UringWay("NativeMemory, io_uring", ReadBuffers.OfNativeMemory, registered: false),
    new UringWay("NativeMemory, io_uring, registered", ReadBuffers.OfNativeMemory, registered: true),
    new UringWay("NativeMemory on huge pages, io_uring, registered", ReadBuffers.OfHugeNativeMemory, registered: true),
    new UringWay("Nonpaged, io_uring", ReadBuffers.OfPool, registered: false),
    new UringWay("Nonpaged, io_uring, registered", ReadBuffers.OfPool, registered: true),
];

try
{
    var options = Options.Parse(args);
    using var file = new TestFile(options.Folder, options.FileLength);
    Console.WriteLine($"{Machine.Describe(options)}\n");
    foreach (int length in (int[])[4 << 10, 128 << 10]) Table.Write(length, ways, Measure(file, length, options), array, uring);
    return 0;
}
catch (NotSupportedException exception)
{
    // Not a failure of the program: tests tell it by the number.
    Console.Error.WriteLine($"DirectReads: {exception.Message}");
    return 2;
}
catch (Exception exception) when (exception is FormatException or IOException or AllocationException
    or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
{
    Console.Error.WriteLine($"DirectReads: {exception.Message}");
    return 1;
}

// In turns, and in another order each round, so that what disturbs the machine for a while disturbs all ways.
Sample[][] Measure(TestFile file, int length, Options options)
{
    var samples = new Sample[ways.Length][];
    for (int i = 0; i < ways.Length; i++) samples[i] = new Sample[options.Rounds];
    for (int round = 0; round < options.Rounds; round++)
    {
        int[] order = [.. Enumerable.Range(0, ways.Length)];
        new Random(round).Shuffle(order);
        foreach (int i in order)
        {
            file.Forget();
            samples[i][round] = ways[i].Measure(file, length, seed: round * Way.Depth, TimeSpan.FromSeconds(options.Seconds));
        }
    }

    return samples;
}

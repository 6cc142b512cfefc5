using System.Globalization;
using Nonpaged;

// hold RUNG|any BYTES: waits for a line, allocates so many bytes pinned in units of 2 MiB, says what it got or why not, and holds
// it for ten minutes or until its input ends.
// ring PATH COUNT: reads so many messages out of a ring that comes over a socket.
// inherited: adds one to each byte of the memory that it inherits, and says how many there are, and what a second look finds.
if (args[0] == "ring") return RingReader.Run(args[1], args[2]);
if (args[0] == "inherited") return Inheritor.Run();
MemoryRung[] ladder = args[0] == "any" ? [.. NonpagedPoolOptions.DefaultLadder] : [Enum.Parse<MemoryRung>(args[0])];
nuint length = nuint.Parse(args[1], CultureInfo.InvariantCulture);
using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = ladder });
Console.WriteLine("ready");
Console.ReadLine();
if (!pool.TryAllocate(
    new MemoryRequest(length) { Alignment = 2 << 20, Pin = PinDemand.Any },
    out MemoryBlock? block,
    out AllocationFailure? failure))
{
    Console.WriteLine($"refused {failure}");
    return 1;
}

block.AsSpan().Fill(0x5a);
Console.WriteLine($"held {block.Obtained.Rung}; pinned {block.Obtained.Pinned}; "
    + $"shortest range {block.Obtained.PhysicalRanges.Min(range => range.Length)}; {block.Obtained.Evidence}");
using var end = new Timer(_ => Environment.Exit(2), null, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan);
Console.ReadLine();
Console.WriteLine(block.AsSpan().ContainsAnyExcept((byte)0x5a) ? "changed" : "unchanged");
return 0;

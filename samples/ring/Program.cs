// Two processes and one ring: the parent allocates shared memory of a pool, starts itself as the child, and sends it the memory
// over a socket of the Unix domain. Then it writes numbered, checksummed messages, and the child reads and checks them.
//
//     dotnet run -c Release --project samples/ring -- [--messages N]
using System.Globalization;
using System.Net.Sockets;
using Nonpaged;
using SharedRing;

try
{
    switch (args)
    {
        case []: return Parent.Run(10_000_000);
        case ["--messages", string count] when IsCount(count, out long messages): return Parent.Run(messages);
        // The parent starts the child so.
        case ["child", string path, string count] when IsCount(count, out long messages): return Child.Run(path, messages);
        default: throw new FormatException("usage: SharedRing [--messages N]");
    }
}
catch (Exception exception) when (exception is FormatException or IOException or InvalidDataException
    or SocketException or AllocationException)
{
    Console.Error.WriteLine($"SharedRing, {(args is ["child", ..] ? "child" : "parent")}: {exception.Message}");
    return 1;
}

static bool IsCount(string text, out long count) =>
    long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;

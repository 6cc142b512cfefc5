// A TCP echo on loopback, whose pipes take their memory from a pool: client and server in one process.
//
//     dotnet run -c Release --project samples/echo -- [--memory nonpaged|shared] [--seconds N] [--bytes N]
//
// "shared" is MemoryPool<byte>.Shared, to compare with. benchmarks/echo runs both in turns, compiled ahead of time: the runtime's
// own compiler goes on for seconds, and .NET's assemblies are compiled already where Nonpaged's is not.
using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Echo;
using Nonpaged;

try
{
    var options = Options.Parse(args);
    MemoryPool<byte> memory = options.Memory == "nonpaged" ? NonpagedPool.Default.AsMemoryPool() : MemoryPool<byte>.Shared;
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    Task serving = EchoServer.ServeOne(listener, memory);
    EchoResult result = await EchoClient.Run((IPEndPoint)listener.LocalEndpoint, memory, options);
    await serving;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{options.Memory}: {result.Messages} messages of {options.Bytes} bytes came back right; {result.Speed:F1} MB/s"));
    if (options.Memory == "nonpaged") Console.WriteLine($"The pool holds {NonpagedPool.Default.HeldBytes >> 20} MiB");
    return 0;
}
catch (Exception exception) when (exception is FormatException or IOException or InvalidDataException
    or SocketException or AllocationException)
{
    Console.Error.WriteLine($"Echo: {exception.Message}");
    return 1;
}

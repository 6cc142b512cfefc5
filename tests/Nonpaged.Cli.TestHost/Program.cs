using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

// ADDRESS BYTES: says at which port it listens and what the SHA-256 of its bytes is, and answers each connection
// with them, until its input ends.
byte[] bytes = new byte[int.Parse(args[1], CultureInfo.InvariantCulture)];
new Random(4711).NextBytes(bytes);
using var listener = new TcpListener(IPAddress.Parse(args[0]), 0);
listener.Start();
Console.WriteLine($"{((IPEndPoint)listener.LocalEndpoint).Port} {Convert.ToHexStringLower(SHA256.HashData(bytes))}");
new Thread(Serve) { IsBackground = true }.Start();
while (Console.ReadLine() is not null)
{
}

void Serve()
{
    while (true)
    {
        using Socket client = listener.AcceptSocket();
        byte[] request = new byte[4096];
        client.Receive(request);
        client.Send(Encoding.ASCII.GetBytes($"HTTP/1.0 200 OK\r\nContent-Length: {bytes.Length}\r\n\r\n"));
        client.Send(bytes);
        client.Shutdown(SocketShutdown.Send);
        // Its end, or a part of the request that came later.
        while (client.Receive(request) > 0)
        {
        }
    }
}

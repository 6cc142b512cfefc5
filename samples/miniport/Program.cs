// An NDIS 5 miniport in C# (LoopMiniport.cs), the model of a network card for it (LoopMachine.cs), and a protocol that sends a
// frame and gets it back (Station.cs).
//
//     dotnet run -c Release --project samples/miniport [-- TEXT]
using System.Text;
using MiniportSample;
using Nonpaged;
using Nonpaged.Ndis;

try
{
    using var machine = new LoopMachine();
    using var ndis = new NdisInstance(machine);
    using (Adapter adapter = ndis.StartAdapter(new LoopMiniport().Driver, machine.Card))
    {
        Console.WriteLine($"{adapter.Name} runs, address {adapter.MacAddress}");
        using var station = new Station(ndis, adapter);
        byte[] address = adapter.MacAddress!.Value.ToArray();
        byte[] text = Encoding.UTF8.GetBytes(args.Length > 0 ? args[0] : "hello, wire");
        // Destination, source, and a type for local experiments (IEEE 802, clause 9.2.3).
        byte[] came = station.SendAndReceive([.. address, .. address, 0x88, 0xb5, .. text]);
        Console.WriteLine($"{came.Length} bytes came: {Convert.ToHexStringLower(came)}");
        Console.WriteLine($"text: {Encoding.UTF8.GetString(came.AsSpan(14))}");
    }

    // What a driver did wrong: frees that do not match, memory that it kept, calls at the wrong time.
    foreach (NdisReport report in ndis.Reports) Console.WriteLine(report);
    Console.WriteLine($"halted, {ndis.Outstanding.Count} blocks left, {ndis.Reports.Count} reports");
    return ndis.Reports.Count == 0 ? 0 : 1;
}
catch (Exception exception) when (exception is AdapterException or AllocationException or IOException)
{
    Console.Error.WriteLine($"MiniportSample: {exception.Message}");
    return 1;
}

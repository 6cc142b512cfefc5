using System.CommandLine;
using Nonpaged.Bench;

try
{
    var root = new RootCommand("Measures the memory beside its peers.") { PopulateCommand.Create(), HeapCommand.Create(),
        CCommand.Create(), IovaCommand.Create(), TableCommand.Create(), ProcessorCommand.Create(), PinsCommand.Create(),
        XdpCommand.Create(), OursCommand.Create() };
    root.HelpName = "bench";
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception exception) when (exception is BenchException or System.Text.Json.JsonException or IOException
    or UnauthorizedAccessException or Nonpaged.AllocationException or Nonpaged.Machines.MachineException
    or Nonpaged.Xdp.XdpException)
{
    await Console.Error.WriteLineAsync($"bench: {exception.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("bench: interrupted");
    return 130;
}

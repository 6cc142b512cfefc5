using System.CommandLine;

namespace Nonpaged.Bench;

/// <summary>bench processor: what the folder of this machine's results is called.</summary>
internal static class ProcessorCommand
{
    public static Command Create()
    {
        var command = new Command("processor", "What this processor's results are called.");
        command.SetAction(_ => Console.Out.WriteLine(ProcessorName.Read()));
        return command;
    }
}

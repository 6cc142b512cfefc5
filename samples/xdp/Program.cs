using System.Runtime.InteropServices;
using Nonpaged;
using Nonpaged.Samples.Xdp;
using Nonpaged.Xdp;

// XdpSamples forward|echo|generate|count INTERFACE [--queue N] [...]: see the files of these names. They end by Ctrl+C.
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: XdpSamples forward|echo|generate|count INTERFACE [--queue N] [--helper PATH]");
    Console.Error.WriteLine("       echo [--port N]   generate [--count N] [--bytes N] [--to MAC]   count [--seconds N]");
    return 2;
}

using var end = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
try
{
    var options = new Options(args[1], args.AsSpan(2));
    switch (args[0])
    {
        case "forward":
            await Forwarder.RunAsync(options, end.Token);
            break;
        case "echo":
            await Echo.RunAsync(options, end.Token);
            break;
        case "generate":
            Generator.Run(options, end.Token);
            break;
        case "count":
            await Counter.RunAsync(options, end.Token);
            break;
        default:
            throw new ArgumentException($"There is no sample \"{args[0]}\".");
    }

    return 0;
}
catch (Exception exception) when (exception is XdpException or AllocationException or ArgumentException or IOException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

void End(PosixSignalContext context)
{
    context.Cancel = true;
    end.Cancel();
}

using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged xdp</c>: what a network interface can do with AF_XDP.</summary>
internal sealed class XdpCommand
{
    private const int MostQueues = ushort.MaxValue;

    private readonly Argument<string> _interface = new("INTERFACE")
    { Description = "A network interface, as 'ip link' shows it: eth0." };

    private readonly Option<string?> _queue = Options.Text("--queue", "N", "The queue that a socket is bound to (default 0).");

    private readonly Option<bool> _try = Options.Flag(
        "--try", "Attach a program for a moment, too, and bind without copying. Some drivers interrupt the link for it.");

    private readonly Option<bool> _json = Options.Json();
    private readonly Screen _screen;

    private XdpCommand(Screen screen) => _screen = screen;

    public static Command Create(Screen screen)
    {
        var xdp = new XdpCommand(screen);
        var command = new Command(
            "xdp", "Show what a network interface can do with AF_XDP, and what is missing: opens a socket, and receives nothing.")
        { xdp._interface, xdp._queue, xdp._try, xdp._json };
        command.SetAction(xdp.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        string name = parsed.GetRequiredValue(_interface);
        bool isJson = parsed.GetValue(_json);
        try
        {
            int queue = Number.Parse("--queue", parsed.GetValue(_queue) ?? "0", 0, MostQueues);
            return new XdpLook(_screen, name, queue, parsed.GetValue(_try)).Run(isJson);
        }
        catch (CommandException exception)
        {
            FailureDocument failure = FailureDocument.From(exception.Failure)!;
            if (isJson) _screen.WriteWhole(CliJson.Write(XdpDocument.Failed(name, null, failure)));
            else FailurePrinter.Print(_screen, failure);
            return ExitCode.Failure;
        }
    }
}

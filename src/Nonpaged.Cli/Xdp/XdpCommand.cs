using System.CommandLine;
using System.CommandLine.Parsing;
using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged xdp</c>: what a network interface can do with AF_XDP, its counters, a program for others'
/// sockets.</summary>
internal sealed class XdpCommand
{
    private const int MostQueues = ushort.MaxValue;
    private const int MostSeconds = 7 * 24 * 3600;

    private readonly Argument<string> _interface = new("INTERFACE")
    { Description = "A network interface, as 'ip link' shows it: eth0." };

    private readonly Option<string?> _queue = Options.Text("--queue", "N", "The queue that a socket is bound to (default 0).");

    private readonly Option<bool> _try = Options.Flag(
        "--try", "Attach a program for a moment, too, and bind without copying. Some drivers interrupt the link for it.");

    private readonly Option<string?> _watch = Options.Text(
        "--watch", "SECONDS", "Show counters and the attached program each second, for so long or until Ctrl+C.");

    private readonly Option<string?> _serve = Options.Text(
        "--serve", "PATH",
        "Attach a program, and bring frames to sockets that other processes send to this Unix socket (XdpSocket.SendTo).");

    private readonly Option<string?> _filter = Options.Text(
        "--filter", "FILTER",
        "With --serve: which frames; others go on to the kernel. Such as \"udp 53 or (vlan 100 and not tcp)\"; default all.");

    private readonly Option<bool> _native = Options.Flag(
        "--native", "With --serve: the program runs in the driver, or not at all.");

    private readonly Option<bool> _generic = Options.Flag("--generic", "With --serve: the program runs behind the driver.");
    private readonly Option<bool> _json = Options.Flag(
        "--json", "Print one JSON object to standard output; with --watch and --serve one a line.");

    private readonly Screen _screen;

    private XdpCommand(Screen screen) => _screen = screen;

    public static Command Create(Screen screen)
    {
        var xdp = new XdpCommand(screen);
        xdp._watch.Arity = ArgumentArity.ZeroOrOne;
        var command = new CliCommand(
            "xdp", "Show what a network interface can do with AF_XDP, and what is missing: opens a socket, and receives nothing.",
            new HelpExample("nonpaged xdp eth0", "What the interface can do"),
            new HelpExample("nonpaged xdp eth0 --watch 60", "Its counters each second, for a minute"),
            new HelpExample(
                "nonpaged xdp eth0 --serve /run/xdp.sock --filter \"udp 53\"", "Bring DNS to the sockets of other processes"))
        {
            xdp._interface,
            { "Look", [xdp._queue, xdp._try] },
            { "Watch", [xdp._watch] },
            { "Serve", [xdp._serve, xdp._filter, xdp._native, xdp._generic] },
            xdp._json,
        };
        command.Validators.Add(xdp.Validate);
        command.SetAction(xdp.RunAsync);
        return command;
    }

    private void Validate(CommandResult result)
    {
        bool serves = IsThere(_serve), watches = IsThere(_watch);
        if (serves && watches) result.AddError("--watch and --serve exclude each other.");
        if ((serves || watches) && (IsThere(_queue) || IsThere(_try)))
            result.AddError("--queue and --try go with neither --watch nor --serve.");
        if (!serves && (IsThere(_filter) || IsThere(_native) || IsThere(_generic)))
            result.AddError("--filter, --native and --generic go with --serve.");
        if (IsThere(_native) && IsThere(_generic)) result.AddError("--native and --generic exclude each other.");

        bool IsThere(Option option) => result.GetResult(option) is { Implicit: false };
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        string name = parsed.GetRequiredValue(_interface);
        bool isJson = parsed.GetValue(_json);
        try
        {
            if (name.Length == 0)
                throw new CommandException("An interface has a name.", "ip link shows them", "write, say, nonpaged xdp eth0");
            if (parsed.GetValue(_serve) is { } path)
                return await new XdpServer(_screen, name, path, Read(parsed), isJson).RunAsync();
            if (parsed.GetResult(_watch) is not null)
            {
                int seconds = parsed.GetValue(_watch) is { } text ? Number.Parse("--watch", text, 1, MostSeconds) : int.MaxValue;
                return await new XdpWatch(_screen, name, seconds, isJson).RunAsync();
            }

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

    private XdpProgramOptions Read(ParseResult parsed) => new()
    {
        Filter = parsed.GetValue(_filter) is { } text ? FilterText.Parse("--filter", text) : null,
        Mode = parsed.GetValue(_native) ? XdpAttachMode.Native
            : parsed.GetValue(_generic) ? XdpAttachMode.Generic
            : XdpAttachMode.Any,
    };
}

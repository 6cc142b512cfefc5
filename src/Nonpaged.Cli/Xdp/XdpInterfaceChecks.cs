using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>What the kernel reports about an interface, beside what AF_XDP needs of it.</summary>
internal sealed class XdpInterfaceChecks(XdpInterface on, int queue, XdpFramePool usual)
{
    private const string Title = "Interface";

    public IEnumerable<XdpFinding> Look() =>
    [
        Found("driver", "a driver", on.Driver, "Each one takes sockets that copy; what else is possible depends on it."),
        Beforehand(
            "state", "an interface that is up", on, 0, Sending, CheckStatus.Missing, "up", "Sockets can be bound to it."),
        Beforehand(
            "MTU", "frames that hold the longest packet", Up, 0, new XdpSocketOptions(), CheckStatus.Warn,
            $"{on.Mtu}: {XdpFrameNeed.Of(on)}", "A frame of the default pool holds each packet."),
        Beforehand(
            "queues", "the queue that is asked for", Up, queue, Sending, CheckStatus.Missing, Queues,
            "Each queue takes one socket."),
        Features(),
        Program(),
    ];

    private string Queues => on.Queues == on.MostQueues ? $"{on.Queues}" : $"{on.Queues} of {on.MostQueues} that it may have";

    private XdpInterface Up => on with { IsUp = true };

    private static XdpSocketOptions Sending => new() { ReceiveEntries = 0 };

    private static XdpFinding Found(string name, string required, string found, string meaning) =>
        new(Title, new Check(name, CheckStatus.Ok, required, found, meaning));

    // What opening a socket looks at before it does anything.
    private XdpFinding Beforehand(
        string name, string required, XdpInterface looked, int which, XdpSocketOptions options, CheckStatus ifNot, string found,
        string meaning)
    {
        try
        {
            BindFailures.ThrowIfImpossible(looked, which, options, usual);
            return Found(name, required, found, meaning);
        }
        catch (XdpException exception)
        {
            var failed = XdpFinding.Failed(Title, name, required, exception.Failure, ifNot);
            return failed with
            {
                Check = failed.Check with
                {
                    Found = name switch { "state" => "down", "MTU" => found, _ => $"{Queues}; no queue {queue}" },
                },
            };
        }
    }

    private XdpFinding Features()
    {
        const string name = "features";
        const string required = "a driver that runs programs by itself and redirects frames; zero copy for the most speed";
        string words = XdpFeatureNames.Words(on.Features);
        if (on.Features is not { } features) return new XdpFinding(Title, new Check(
            name, CheckStatus.Warn, required, words, "What the driver can do is known by trying it (--try).",
            $"nonpaged xdp {on.Name} --try"));
        const XdpFeatures native = XdpFeatures.Basic | XdpFeatures.Redirect;
        return (features & native) == native
            ? Found(name, required, words, "Programs run in the driver.")
            : new XdpFinding(Title, new Check(
                name, CheckStatus.Warn, required, words, "Programs run behind the driver (generic mode), which is slower."));
    }

    private XdpFinding Program()
    {
        const string name = "program";
        const string required = "no XDP program of others: an interface has one";
        if (on.AttachedProgramId == 0) return Found(name, required, "none attached", "One can be attached.");
        var failed = XdpFinding.Failed(Title, name, required, ProgramFailures.Attached(on), CheckStatus.Warn);
        return failed with { Check = failed.Check with { Found = $"{XdpProgramDocument.From(on)}" } };
    }
}

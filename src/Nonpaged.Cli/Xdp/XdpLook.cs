using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>What an interface can do, and what is missing: looked at, and tried.</summary>
internal sealed class XdpLook(Screen screen, string name, int queue, bool attaches)
{
    private const string Process = "This process";

    public int Run(bool isJson)
    {
        XdpDocument? document = null;
        IReadOnlyList<XdpFinding> findings = [];
        try
        {
            Waiting.While(screen, $"looking at {name}", () =>
            {
                var on = XdpInterface.Find(name);
                findings = [.. Look(on)];
                document = XdpDocument.Of(on, queue, findings);
            });
        }
        catch (XdpException exception)
        {
            document = XdpDocument.Failed(name, queue, FailureDocument.From(exception.Failure));
        }
        catch (AllocationException exception)
        {
            document = XdpDocument.Failed(name, queue, FailureDocument.From(exception.Failure)!);
        }

        if (isJson) screen.WriteWhole(CliJson.Write(document!));
        else if (document!.Failure is { } failure) FailurePrinter.Print(screen, failure);
        else DoctorPrinter.Print(screen, [.. findings.GroupBy(finding => finding.Title).Select(Group)]);
        return document!.Opens ? ExitCode.Success : ExitCode.Failure;
    }

    private IEnumerable<XdpFinding> Look(XdpInterface on)
    {
        using var usual = new XdpFramePool();
        var here = Surroundings.OfThisProcess();
        return
        [
            .. new XdpInterfaceChecks(on, queue, usual).Look(),
            new XdpFinding(Process, XdpCheck.Look(here)),
            new XdpFinding(Process, XdpMemlockCheck.Look(here)),
            .. new XdpTrial(on, queue).Run(attaches),
        ];
    }

    private static CheckGroup Group(IGrouping<string, XdpFinding> group) =>
        new(group.Key, [.. group.Select(finding => finding.Check)]);
}

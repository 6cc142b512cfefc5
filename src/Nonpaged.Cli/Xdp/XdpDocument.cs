using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>What <c>xdp --json</c> prints.</summary>
/// <param name="Interface">The interface's name.</param>
/// <param name="Queue">The queue that was tried; null where its number made no sense.</param>
/// <param name="Opens">A socket could be opened.</param>
/// <param name="Found">What the kernel reports about the interface; null where there is none.</param>
/// <param name="Checks">What was looked at, and tried.</param>
/// <param name="Failure">Why nothing was looked at; null where it was.</param>
internal sealed record XdpDocument(
    string Interface,
    int? Queue,
    bool Opens,
    XdpInterfaceDocument? Found,
    IReadOnlyList<XdpFindingDocument> Checks,
    FailureDocument? Failure)
{
    public static XdpDocument Failed(string name, int? queue, FailureDocument failure) =>
        new(name, queue, false, null, [], failure);

    public static XdpDocument Of(XdpInterface on, int queue, IReadOnlyList<XdpFinding> findings) => new(
        on.Name,
        queue,
        findings.Any(finding => finding.Check is { Name: XdpTrial.Socket, Status: CheckStatus.Ok }),
        XdpInterfaceDocument.From(on),
        [.. findings.Select(XdpFindingDocument.From)],
        null);
}

using Nonpaged.Interop;
using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>One thing that was looked at, or tried, on an interface.</summary>
/// <param name="Title">Of the group that it is shown in.</param>
/// <param name="Check">How it came out.</param>
/// <param name="Failure">Why it failed; null where it did not, or nothing was tried.</param>
internal sealed record XdpFinding(string Title, Check Check, XdpFailure? Failure = null)
{
    public static XdpFinding Failed(
        string title, string name, string required, XdpFailure failure, CheckStatus status = CheckStatus.Missing)
    {
        string found = failure.Errno == 0 ? $"{failure.Step}: refused" : $"{failure.Step}: {(Errno)failure.Errno}";
        var check = new Check(name, status, required, found, $"{failure.Reason} Limit: {failure.Limit}.", failure.Remedy);
        return new XdpFinding(title, check, failure);
    }
}

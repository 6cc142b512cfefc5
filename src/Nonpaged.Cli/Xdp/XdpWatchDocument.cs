namespace Nonpaged.Cli;

/// <summary>A line of <c>xdp --watch --json</c>: a second.</summary>
/// <param name="Interface">The interface's name.</param>
/// <param name="Second">Which one, from 1 on.</param>
/// <param name="Received">What arrived in it; null where it failed.</param>
/// <param name="Sent">What left in it; null where it failed.</param>
/// <param name="Program">The XDP program that is attached; null for none.</param>
/// <param name="Failure">Why it ended; null where it did not.</param>
internal sealed record XdpWatchDocument(
    string Interface, int Second, XdpTally? Received, XdpTally? Sent, XdpProgramDocument? Program, FailureDocument? Failure);

namespace Nonpaged.Cli;

/// <summary>Whether a run that came to its end did what it should.</summary>
internal static class RunJudge
{
    private const string Pcap = "look at the traffic: nonpaged run --pcap run.pcap, then tshark -r run.pcap";

    /// <summary>What a run must not do; null where it did not.</summary>
    public static AllocationFailure? Judge(RunDocument document, RunRequest request) =>
        JudgeLeaks(document) ?? JudgeTraffic(document, request);

    /// <summary>The same, and what --strict does not allow beside that.</summary>
    public static AllocationFailure? JudgeStrictly(RunDocument document, RunRequest request)
    {
        AllocationFailure? failure = Judge(document, request);
        string findings = string.Join(", ", Findings(document));
        if (findings.Length == 0) return failure;
        return failure is null
            ? new AllocationFailure(FailureKind.Other,
                $"The driver ran to its end, and did wrong on the way: {findings}.",
                "--strict, which allows no report and no lost frame",
                "mend what the reports name; run with --json lists them with their counts")
            : new AllocationFailure(FailureKind.Other, $"{failure.Reason} On the way: {findings}.", failure.Limit,
                failure.Remedy);
    }

    private static List<string> Findings(RunDocument document)
    {
        List<string> findings =
        [
            .. document.Reports.GroupBy(report => report.Kind)
                .Select(kind => $"{kind.Sum(report => report.Count)} of {kind.Key}"),
        ];
        if (document.FurtherReports > 0) findings.Add($"{document.FurtherReports} further reports");
        if (document.Frames.Bad > 0) findings.Add($"{document.Frames.Bad} frames lost or damaged");
        findings.AddRange(document.Taps.Where(tap => tap.NotSent > 0)
            .Select(tap => $"{tap.NotSent} frames of {tap.Name} not sent"));
        findings.AddRange(document.Taps.Where(tap => tap.NotReceived > 0)
            .Select(tap => $"{tap.NotReceived} frames not taken by {tap.Name}"));
        return findings;
    }

    private static AllocationFailure? JudgeLeaks(RunDocument document)
    {
        if (document.Outstanding == 0) return null;
        IEnumerable<string> calls = document.Leaks.GroupBy(leak => leak.Call)
            .Select(call => $"{call.Count()} of {call.Key}");
        return new AllocationFailure(FailureKind.Other,
            $"The driver left {Count(document.Outstanding, "block or handle", "blocks and handles")} when it was halted: "
                + $"{string.Join(", ", calls)}.",
            "nothing is left after MiniportHalt, or after a MiniportInitialize that fails",
            "free what the leaks name; addr2line -fe DRIVER.so OFFSET names the line of a call");
    }

    private static AllocationFailure? JudgeTraffic(RunDocument document, RunRequest request)
    {
        // Whether the kernel's frames arrive is seen by who sends them.
        if (request.Taps.Count > 0 || request.Access is not null) return null;
        // What a protocol is for, it knows itself.
        if (document.Stack is [{ Kind: "protocol" }, ..]) return null;
        if (request.Peer) return JudgePeer(document.Peer, request);
        if (request.IsVirtual) return JudgeSurvey(document.Survey);
        if (document.Address is null)
            return new AllocationFailure(FailureKind.Other, "There is no DHCP lease.",
                "the time that a server has for its answer", Pcap);

        return document.Ping.Received == request.Count && document.Ping.Sent == request.Count
            ? null
            : new AllocationFailure(FailureKind.Other,
                $"{document.Ping.Received} of {request.Count} pings were answered.", "all of them", Pcap);
    }

    private static AllocationFailure? JudgePeer(PeerDocument? peer, RunRequest request) =>
        peer is { Changed: 0, Disordered: 0 } && peer.Received == request.Frames
            ? null
            : new AllocationFailure(FailureKind.Other,
                $"{peer?.Received ?? 0} of {request.Frames} frames arrived, {peer?.Changed ?? 0} of them changed and "
                    + $"{peer?.Disordered ?? 0} out of order.",
                "all of them, as they were sent",
                "look at the traffic: nonpaged run --peer --frames 1000 --pcap run.pcap, then tshark -r run.pcap");

    // What it answers to an OID is its own affair, as is whether it gives frames back.
    private static AllocationFailure? JudgeSurvey(SurveyDocument? survey) =>
        survey is { Failed: 0 }
            ? null
            : new AllocationFailure(FailureKind.Other,
                survey is null
                    ? "The driver was not asked for its OIDs."
                    : $"The driver failed to send {survey.Failed} of {survey.Failed + survey.Sent} frames.",
                "all of them", "nonpaged run ./driver.so --nic none --trace");

    private static string Count(int count, string one, string more) => $"{count} {(count == 1 ? one : more)}";
}

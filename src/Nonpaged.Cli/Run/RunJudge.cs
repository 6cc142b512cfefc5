namespace Nonpaged.Cli;

/// <summary>Whether a run that came to its end did what it should.</summary>
internal static class RunJudge
{
    public static AllocationFailure? Judge(RunDocument document, RunRequest request)
    {
        if (document.Outstanding > 0)
        {
            return new AllocationFailure(FailureKind.Other,
                $"{document.Outstanding} blocks are outstanding after the halt.", "0 blocks", "see the allocations that are not freed, and the reports (--json)");
        }

        // Whether the kernel's frames arrive is seen by who sends them.
        if (request.Taps.Count > 0) return null;
        if (request.Peer) return JudgePeer(document.Peer, request);

        if (document.Address is null)
        {
            return new AllocationFailure(FailureKind.Other,
                "There is no DHCP lease.", "the time that a server has for its answer", "look at the traffic: nonpaged run --pcap run.pcap, then tshark -r run.pcap");
        }

        return document.Ping.Received == request.Count && document.Ping.Sent == request.Count
            ? null
            : new AllocationFailure(FailureKind.Other,
                $"{document.Ping.Received} of {request.Count} pings were answered.",
                "all of them",
                "look at the traffic: nonpaged run --pcap run.pcap, then tshark -r run.pcap");
    }

    private static AllocationFailure? JudgePeer(PeerDocument? peer, RunRequest request) =>
        peer is { Changed: 0, Disordered: 0 } && peer.Received == request.Frames
            ? null
            : new AllocationFailure(FailureKind.Other,
                $"{peer?.Received ?? 0} of {request.Frames} frames arrived, {peer?.Changed ?? 0} of them changed and {peer?.Disordered ?? 0} out of order.",
                "all of them, as they were sent",
                "look at the traffic: nonpaged run --peer --frames 1000 --pcap run.pcap, then tshark -r run.pcap");
}

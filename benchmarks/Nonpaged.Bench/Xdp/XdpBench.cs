namespace Nonpaged.Bench;

/// <summary>
/// Frames through AF_XDP, ours beside C and DPDK: all take short turns in each round, one at a time, and another one begins in
/// each, so that what disturbs the machine disturbs all of them. Each turn is a new process.
/// </summary>
internal sealed class XdpBench(int rounds, double seconds, TextWriter log, CancellationToken cancellation)
{
    // 64 MiB for DPDK, and some that others use.
    private const long HugePages = 40;

    // The generator ends when it is told to; this is for the case that nobody can tell it any more.
    private const double GeneratorSeconds = 60;

    public IReadOnlyList<XdpRow> Run(IReadOnlyList<XdpCase> cases)
    {
        if (!Processor.AreTwo) throw new BenchException("Two processors are needed: one for the generator.");
        HugepagePool.Reserve(HugePages);
        using var cable = Cable.Create(cancellation);
        var turns = cases.ToDictionary(
            one => one, _ => XdpContestants.All.ToDictionary(name => name, _ => new List<XdpTurn>()));
        for (int round = 0; round < rounds; round++)
        {
            foreach (XdpCase one in cases)
            {
                log.WriteLine($"round {round + 1} of {rounds}, {one.Mode}, {one.Bytes} bytes");
                int first = round % XdpContestants.All.Count;
                foreach (string name in XdpContestants.All.Skip(first).Concat(XdpContestants.All.Take(first)))
                    turns[one][name].Add(Turn(cable, one, name));
            }
        }

        return [.. cases.Select(one => XdpRow.Of(one, turns[one]))];
    }

    // The kernel may not have given the queue back that the one before had.
    private XdpTurn Turn(Cable cable, XdpCase one, string name)
    {
        try
        {
            return TryTurn(cable, one, name);
        }
        catch (BenchException exception)
        {
            log.WriteLine($"once more: {exception.Message}");
            cable.Detach();
            Thread.Sleep(500);
            return TryTurn(cable, one, name);
        }
    }

    private XdpTurn TryTurn(Cable cable, XdpCase one, string name)
    {
        using XdpProcess? generator = one.IsReceiving ? Start(
            "the generator", cable.GeneratorEnd, Processor.Two[0],
            [Programs.Xdp, XdpCase.Send, Cable.Generating, Format.Number(GeneratorSeconds), $"{one.Bytes}"]) : null;
        using XdpProcess measured =
            Start(name, cable.MeasuredEnd, Processor.Two[1], XdpContestants.Command(name, one, seconds));
        var turn = XdpTurn.Parse(measured.ReadLine(cancellation));
        measured.WaitForEnd();
        return turn;
    }

    private XdpProcess Start(string name, NetworkNamespace where, int processor, string[] command) =>
        XdpProcess.Start(name, where.Command(processor, command), cancellation);
}

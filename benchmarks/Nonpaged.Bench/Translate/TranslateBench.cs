namespace Nonpaged.Bench;

/// <summary>The physical address of a byte, for addresses in random order over 256 MiB.</summary>
internal static class TranslateBench
{
    private const long Size = 256 << 20;
    private const long HugePage = 2 << 20;

    // What the peer's heap takes beside that.
    private const long SparePages = 32;

    public static IEnumerable<TranslateRow> Run(TextWriter log)
    {
        log.WriteLine("translate");
        HugepagePool.Reserve(Size / HugePage + SparePages);
        var peers = Child.Run(Programs.Dpdk, "translate", $"{Size >> 20}").Select(line => line.Split(' '))
            .Where(words => words.Length == 2).ToDictionary(words => words[0], words => Format.Round(Format.Parse(words[1])));
        string[] arguments = ["ours", "translate", $"{Size}"];
        yield return Row("translate", Child.Run(Programs.Ours, arguments), peers);
        yield return Row("translate-jit", Child.Run(Programs.Dotnet, [Programs.OursForDotnet, .. arguments]), peers);
        HugepagePool.Reserve(0);
    }

    private static TranslateRow Row(string name, string[] answer, Dictionary<string, double> peers)
    {
        double ours = Format.Round(Format.Parse(answer[^1]));
        return new TranslateRow(name, ours, peers, peers.ToDictionary(peer => peer.Key, peer => Format.Ratio(ours, peer.Value)));
    }
}

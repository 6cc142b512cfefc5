using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>Runs both sides in turn in a guest, each time in processes of their own, and takes the medians.</summary>
internal sealed class IovaBench(int rounds, TextWriter log)
{
    private const string Device = "0000:00:04.0";
    private const ulong TranslatedBytes = 64 << 20;

    // Each process has memory of its own, and both sides in it the same. Of 1 GiB of single pages the emulation takes a minute a
    // round, and the kernel's work on each page is all there is to see.
    private static readonly (string Rung, MemoryRung Kind, ulong Size, int Times)[] s_cases =
    [
        ("hugetlb", MemoryRung.HugepagePool, 2UL << 20, 200), ("hugetlb", MemoryRung.HugepagePool, 64UL << 20, 40),
        ("hugetlb", MemoryRung.HugepagePool, 1UL << 30, 8),
        ("small", MemoryRung.SmallPages, 2UL << 20, 60), ("small", MemoryRung.SmallPages, 64UL << 20, 16),
    ];

    public async Task<IovaResults> RunAsync()
    {
        string[] lines = await BenchGuest.RunAsync(Script(), log);
        // "hugetlb 2097152 c 12.345 6.789", "translate iommu 5.4"
        string[][] words = [.. lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        var rows = new List<IovaRow>();
        foreach ((string rung, _, ulong size, _) in s_cases)
        {
            IovaTimes[] ours = Times(words, "ours", rung, size);
            IovaTimes[] c = Times(words, "c", rung, size);
            // A process's two times are of the same memory, which those of different processes are not.
            IovaTimes[] ratios = [.. ours.Zip(c, (one, other) => new IovaTimes(one.Map / other.Map, one.Unmap / other.Unmap))];
            rows.Add(new IovaRow(rung == "small" ? "4 KiB pages" : "2 MiB pages", size, Median(ours), Median(c), Median(ratios)));
        }

        (double iommu, double host) = (Least(words, "iommu"), Least(words, "host"));
        string guest = words.First(line => line[0] == "kernel")[1];
        return new IovaResults(
            MachineFacts.Read(), $"Linux {guest} in QEMU, TCG, intel-iommu,caching-mode=on", rows,
            new IovaTranslate(iommu, host, Round(iommu / host)));
    }

    private string Script()
    {
        var script = new StringWriter { NewLine = "\n" };
        script.WriteLine("set -e; modprobe -a vfio_iommu_type1 vfio-pci; nonpaged bind " + Device
            + " >/dev/null; echo 560 >/proc/sys/vm/nr_hugepages; echo kernel $(uname -r)");
        script.WriteLine($"group=$(basename $(readlink /sys/bus/pci/devices/{Device}/iommu_group))");
        for (int round = 0; round < rounds; round++)
        {
            foreach ((string rung, MemoryRung kind, ulong size, int times) in s_cases)
            {
                // Who comes first does so every other time.
                string order = round % 2 == 0 ? " --c-first" : "";
                script.WriteLine($"bench ours iova {Device} $group {kind} {size} {times}{order} >/tmp/times && sed 's/^/{rung} "
                    + $"{size} /' /tmp/times");
            }
        }

        for (int round = 0; round < rounds; round++)
        {
            script.WriteLine($"echo translate iommu $(bench ours iova-translate {Device} {TranslatedBytes})");
            script.WriteLine($"echo translate host $(bench ours translate {TranslatedBytes})");
        }

        return script.ToString();
    }

    /// <summary>Of each process, in their order.</summary>
    private IovaTimes[] Times(string[][] words, string side, string rung, ulong size)
    {
        IovaTimes[] times = [.. words.Where(line => line.Length == 5 && line[0] == rung && line[1] == $"{size}"
            && line[2] == side).Select(line => new IovaTimes(Number(line[3]), Number(line[4])))];
        return times.Length == rounds ? times
            : throw new BenchException($"The guest told {times.Length} of {rounds} times of {side} for {size} bytes of {rung}.");
    }

    private static IovaTimes Median(IovaTimes[] times) =>
        new(Round(Median(times.Select(one => one.Map))), Round(Median(times.Select(one => one.Unmap))));

    private static double Least(string[][] words, string pool) =>
        words.Where(line => line.Length == 3 && line[0] == "translate" && line[1] == pool).Min(line => Number(line[2]));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double Round(double ratio) => double.Round(ratio, 3);
}

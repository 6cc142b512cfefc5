using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>The kernel's pools of hugepages (Documentation/admin-guide/mm/hugetlbpage.rst).</summary>
internal static class HugepageChecks
{
    private const string Root = "/sys/kernel/mm/hugepages";
    private const ulong Used = 2UL << 20;

    public static IEnumerable<Check> Look()
    {
        if (!Directory.Exists(Root))
        {
            yield return new Check(
                "hugepages", CheckStatus.Missing, $"{Root} is not there", "This kernel was built without hugetlbfs: no pages of 2 MiB from a pool.");
            yield break;
        }

        foreach (ulong size in Sizes()) yield return LookAtPool(size);
        yield return LookAtOvercommit();
    }

    private static IEnumerable<ulong> Sizes() =>
        Directory.EnumerateDirectories(Root, "hugepages-*kB")
            .Select(path => Path.GetFileName(path)["hugepages-".Length..^"kB".Length])
            .Select(kibibytes => ulong.Parse(kibibytes, CultureInfo.InvariantCulture) << 10)
            .Order();

    private static string PathOf(ulong size) => $"{Root}/hugepages-{size >> 10}kB";

    private static Check LookAtPool(ulong size)
    {
        string path = PathOf(size);
        ulong free = SystemFile.ReadNumber($"{path}/free_hugepages") ?? 0;
        ulong reserved = SystemFile.ReadNumber($"{path}/resv_hugepages") ?? 0;
        ulong total = SystemFile.ReadNumber($"{path}/nr_hugepages") ?? 0;
        string name = $"hugepages of {Size.Format(size)}";
        string found = $"{free - Math.Min(free, reserved)} free of {total} in the pool";
        if (size != Used) return new Check(name, CheckStatus.Ok, $"{found} (not used)", "Memory is taken in pages of 2 MiB only.");
        if (free > reserved) return new Check(name, CheckStatus.Ok, found, "Contiguous memory comes from the pool, at once.");
        return new Check(
            name,
            CheckStatus.Warn,
            found,
            "None is left for contiguous memory, which comes on demand or by collapsing instead. This puts 1 GiB of them there.",
            Shell.Write(total + 512, $"{path}/nr_hugepages"));
    }

    private static Check LookAtOvercommit()
    {
        string path = $"{PathOf(Used)}/nr_overcommit_hugepages";
        ulong most = SystemFile.ReadNumber(path) ?? 0;
        const string Name = "hugepages on demand";
        string found = $"at most {most} of 2 MiB (nr_overcommit_hugepages)";
        return most > 0
            ? new Check(Name, CheckStatus.Ok, found, "The kernel makes hugepages when they are asked for, and takes them back afterwards.")
            : new Check(
                Name,
                CheckStatus.Warn,
                found,
                "The kernel may not make hugepages when they are asked for. Allowing 8 GiB of them reserves nothing.",
                Shell.Write(4096, path));
    }
}

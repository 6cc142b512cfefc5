using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>The kernel's pools of hugepages (Documentation/admin-guide/mm/hugetlbpage.rst).</summary>
internal sealed class HugepageChecks(Surroundings here)
{
    private const string Root = "/sys/kernel/mm/hugepages";
    private const ulong Huge = 2UL << 20;
    private const ulong Giant = 1UL << 30;

    public static IEnumerable<Check> Look(Surroundings here)
    {
        if (!here.Files.Exists(Root))
        {
            return [new Check(
                "hugepages",
                CheckStatus.Missing,
                "hugetlbfs, for pages of 2 MiB from a pool",
                $"{Root} is not there",
                "This kernel was built without hugetlbfs. Contiguous memory is collapsed from small pages instead.")];
        }

        var checks = new HugepageChecks(here);
        return [checks.LookAtPool(), checks.LookAtDemand(Huge), checks.LookAtGiantPool(), checks.LookAtDemand(Giant)];
    }

    private Check LookAtPool()
    {
        const string Name = "hugepages of 2 MiB";
        const string Required = "one free page for every 2 MiB you want without delay";
        Pool pool = Read(Huge);
        if (pool.Free > 0)
            return new Check(Name, CheckStatus.Ok, Required, pool.Found, "Contiguous memory comes from the pool, at once.");
        return new Check(
            Name,
            CheckStatus.Warn,
            Required,
            pool.Found,
            "None is left for contiguous memory, which comes on demand or by collapsing instead. "
                + $"This puts 1 GiB of them there{OnNode}.",
            here.Shell.Write(pool.Total + 512, $"{pool.Path}/nr_hugepages"));
    }

    private Check LookAtGiantPool()
    {
        const string Name = "hugepages of 1 GiB";
        const string Required = "one free for a physical range of more than 2 MiB that does not depend on luck";
        Pool pool = Read(Giant);
        if (!here.Files.Exists(pool.Path))
        {
            return new Check(
                Name, CheckStatus.Missing, Required, "this processor has none",
                "A physical range of more than 2 MiB depends on frames that happen to lie in a row.");
        }

        return pool.Free > 0
            ? new Check(Name, CheckStatus.Ok, Required, pool.Found, "Physical ranges of up to 1 GiB are had at once.")
            : new Check(
                Name,
                CheckStatus.Warn,
                Required,
                pool.Found,
                "A physical range of more than 2 MiB depends on frames that happen to lie in a row. "
                    + $"This takes 1 GiB for one, if memory still has such a range{OnNode}.",
                here.Shell.Write(pool.Total + 1, $"{pool.Path}/nr_hugepages"));
    }

    private Check LookAtDemand(ulong size)
    {
        bool isGiant = size == Giant;
        string name = isGiant ? "1 GiB on demand" : "hugepages on demand";
        string required = isGiant
            ? "nothing: pages of 1 GiB are reserved, or made where allowed"
            : "nr_overcommit_hugepages above 0, to have them without reserving any";
        string path = $"{PathOf(size)}/nr_overcommit_hugepages";
        ulong most = Number(path);
        string found = $"at most {most} of {Size.Format(size)} (nr_overcommit_hugepages), "
            + $"{Number($"{PathOf(size)}/surplus_hugepages")} in use";
        if (most > 0) return new Check(
            name, CheckStatus.Ok, required, found,
            "The kernel makes hugepages when they are asked for, and takes them back afterwards.");
        if (isGiant)
            return new Check(name, CheckStatus.Ok, required, found, "The kernel makes no page of 1 GiB when one is asked for.");
        return new Check(
            name,
            CheckStatus.Warn,
            required,
            found,
            $"The kernel may not make hugepages when they are asked for. Allowing 8 GiB of them reserves nothing{OnNode}.",
            here.Shell.Write(4096, path));
    }

    // A container has no hugepages of its own.
    private string OnNode => here.Container.Kind switch
    {
        ContainerKind.None => "",
        ContainerKind.Kubernetes => ". It is for the node, whose kubelet is to be restarted after it",
        _ => ". It is for the machine that the container runs on",
    };

    private Pool Read(ulong size)
    {
        string path = PathOf(size);
        ulong reserved = Number($"{path}/resv_hugepages");
        ulong free = Number($"{path}/free_hugepages");
        return new Pool(path, Number($"{path}/nr_hugepages"), free - Math.Min(free, reserved));
    }

    private ulong Number(string path) => here.Files.ReadNumber(path) ?? 0;

    private static string PathOf(ulong size) => string.Create(CultureInfo.InvariantCulture, $"{Root}/hugepages-{size >> 10}kB");

    /// <summary>What is in a pool; free are those that nobody has a claim on.</summary>
    private readonly record struct Pool(string Path, ulong Total, ulong Free)
    {
        public string Found => $"{Free} free of {Total} in the pool";
    }
}

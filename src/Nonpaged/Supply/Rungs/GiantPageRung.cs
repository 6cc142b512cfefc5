using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>1 GiB pages that the administrator reserved. The kernel makes none on demand.</summary>
internal sealed class GiantPageRung : Rung
{
    public const nuint Size = 1 << 30;

    public override MemoryRung Kind => MemoryRung.GiantPages;

    public override string Name => "1 GiB pages";

    public override nuint Unit => Size;

    public override uint FileFlags => LibC.MFD_HUGETLB | LibC.MFD_HUGE_1GB;

    public override string Proof => "a huge page of the kernel's pool is one physical piece";

    protected override nuint Portion => Size;

    public override AllocationFailure? Check(nuint length)
    {
        long available = HugepageCounts.ReadAvailable(Size);
        return (ulong)available * Size >= length ? null : RungFailures.NoHugePages("1 GiB", length, available, Remedy(length));
    }

    protected override string Remedy(nuint length) =>
        $"echo {(ulong)HugepageCounts.Read(Size).Total + length / Size} > "
            + "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages (as root, soon after boot; "
            + $"or hugepagesz=1G hugepages={length / Size} on the kernel command line)";
}

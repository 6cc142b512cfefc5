using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>2 MiB pages that the administrator reserved (vm.nr_hugepages).</summary>
internal sealed class HugepagePoolRung : Rung
{
    public override MemoryRung Kind => MemoryRung.HugepagePool;

    public override string Name => "hugepage pool";

    public override nuint Unit => HostExtents.HugePage;

    public override uint FileFlags => LibC.MFD_HUGETLB | LibC.MFD_HUGE_2MB;

    public override string Proof => "a huge page of the kernel's pool is one physical piece";

    protected override nuint Portion => 16 << 20;

    public override AllocationFailure? Check(nuint length)
    {
        long available = HugepageCounts.ReadAvailable(HostExtents.HugePage);
        return available * (long)HostExtents.HugePage >= (long)length ? null
            : RungFailures.NoHugePages("2 MiB", length, available, HugepageCounts.Remedy(length));
    }

    public override bool MayGetBack(nuint length) =>
        HugepageCounts.Read().Persistent * (long)HostExtents.HugePage >= (long)length;
}

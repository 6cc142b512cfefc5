using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// 2 MiB pages that the kernel makes when they are asked for, with no reservation (vm.nr_overcommit_hugepages).
/// </summary>
internal sealed class OnDemandHugepageRung : Rung
{
    public override MemoryRung Kind => MemoryRung.OnDemandHugepages;

    public override string Name => "on-demand hugepages";

    public override nuint Unit => HostExtents.HugePage;

    public override uint FileFlags => LibC.MFD_HUGETLB | LibC.MFD_HUGE_2MB;

    public override string Proof => "a huge page of the kernel's pool is one physical piece";

    protected override nuint Portion => 16 << 20;

    public override AllocationFailure? Check(nuint length)
    {
        long needed = (long)(length / HostExtents.HugePage);
        long onDemand = HugepageCounts.ReadOnDemand();
        return onDemand >= needed || onDemand + HugepageCounts.ReadAvailable(HostExtents.HugePage) >= needed ? null
            : RungFailures.NoPagesOnDemand(length, onDemand);
    }

    public override bool MayGetBack(nuint length) =>
        (HugepageCounts.Read().Persistent + HugepageCounts.Read().Overcommit) * (long)HostExtents.HugePage >= (long)length;
}

namespace Nonpaged;

/// <summary>4 KiB pages, wherever the kernel has them.</summary>
internal sealed class SmallPageRung : Rung
{
    public override string Name => "4 KiB pages";

    public override nuint Unit => Page.Size;

    public override bool IsHugetlb => false;

    protected override string Proof => "nothing but single pages is contiguous";

    public override AllocationFailure? Check(nuint length) => HostMemory.Refuse(length);
}

namespace Nonpaged;

/// <summary>4 KiB pages, wherever the kernel has them.</summary>
internal sealed class SmallPageRung : Rung
{
    public override MemoryRung Kind => MemoryRung.SmallPages;

    public override string Name => "4 KiB pages";

    public override nuint Unit => Page.Size;

    public override string Proof => "nothing but single pages is contiguous";

    protected override nuint Portion => 1 << 20;

    public override AllocationFailure? Check(nuint length) => HostMemory.Refuse(length);
}

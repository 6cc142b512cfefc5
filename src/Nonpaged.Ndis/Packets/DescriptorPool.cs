namespace Nonpaged.Ndis;

/// <summary>What the handle of a packet or buffer pool stands for.</summary>
internal abstract class DescriptorPool(ElementPool elements)
{
    public ElementPool Elements { get; } = elements;
}

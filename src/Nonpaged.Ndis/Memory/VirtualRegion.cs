namespace Nonpaged.Ndis;

/// <summary>Which pages of a VirtualAlloc region are committed, and how each is protected.</summary>
internal sealed class VirtualRegion(MemoryBlock block)
{
    // 0 for a page that is reserved only; else its PAGE_ constant.
    private readonly uint[] _protections = new uint[block.Length / Page.Size];

    public MemoryBlock Block { get; } = block;

    public bool IsCommitted(int first, int count) => !_protections.AsSpan(first, count).Contains(0u);

    public uint ProtectionOf(int page) => _protections[page];

    public void Set(int first, int count, uint protection) => _protections.AsSpan(first, count).Fill(protection);

    /// <summary>The pages that a range of addresses touches, or null where it is not within the region.</summary>
    public unsafe (int First, int Count)? PagesOf(void* address, nuint length)
    {
        nuint start = Block.LastStart;
        nuint offset = (nuint)address - start;
        if ((nuint)address < start || length == 0 || offset >= Block.Length || length > Block.Length - offset) return null;
        int first = (int)(offset / Page.Size);
        return (first, (int)((offset + length - 1) / Page.Size) - first + 1);
    }
}

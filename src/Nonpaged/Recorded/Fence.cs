namespace Nonpaged;

/// <summary>The pages of one fenced block, and the page without access beside them.</summary>
/// <param name="block">The block.</param>
/// <param name="pages">How many pages there are, that one included.</param>
internal sealed class Fence(MemoryBlock block, nuint pages) : IPageOwner
{
    public MemoryBlock Block { get; } = block;

    public nuint Pages { get; } = pages;

    public nuint Start { get; private set; }

    public int Place { get; private set; }

    public void OnTaken(nuint start, int place)
    {
        Start = start;
        Place = place;
    }
}

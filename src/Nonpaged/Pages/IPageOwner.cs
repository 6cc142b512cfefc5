namespace Nonpaged;

/// <summary>
/// Takes pages from the <see cref="PageStore"/>, and is found by their addresses: a block, or a span of small ones.
/// </summary>
internal interface IPageOwner
{
    /// <summary>Its first byte. 0 before it has pages.</summary>
    nuint Start { get; }

    /// <summary>Its place in the owner table.</summary>
    int Place { get; }

    /// <summary>Pages were taken for it. Called once, under the store's lock, so that nobody finds it before.</summary>
    void OnTaken(nuint start, int place);
}

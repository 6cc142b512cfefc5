namespace Nonpaged;

/// <summary>What is wrong with a pointer that was to be freed.</summary>
public enum BadFree
{
    /// <summary>Nothing: the block was freed.</summary>
    None,

    /// <summary>The address is not of this pool.</summary>
    Foreign,

    /// <summary>The address lies inside a block, not at its start.</summary>
    Middle,

    /// <summary>The address is of this pool, and no block is there: it was freed before, or never allocated.</summary>
    NotAllocated,

    /// <summary>The length cannot be that of the block.</summary>
    WrongLength,
}

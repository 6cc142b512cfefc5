namespace Nonpaged;

/// <summary>Where memory was written that was not the writer's.</summary>
public enum CorruptionKind
{
    /// <summary>Behind a block's last byte; found when it is freed.</summary>
    PastEnd,

    /// <summary>In a block that was freed; found when its memory is about to be used again.</summary>
    AfterFree,
}

namespace Nonpaged.Verify;

/// <summary>What happens to an adapter while frames are under way.</summary>
internal enum LoadEnd
{
    /// <summary>It is reset, several times.</summary>
    Reset,

    /// <summary>It is halted.</summary>
    Halt,

    /// <summary>Its card is pulled out.</summary>
    Removal,

    /// <summary>It is suspended and woken, several times.</summary>
    Sleep,
}

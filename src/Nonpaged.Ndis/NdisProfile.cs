namespace Nonpaged.Ndis;

/// <summary>Which version of the documents decides what NDIS_MEMORY_CONTIGUOUS does.</summary>
public enum NdisProfile
{
    /// <summary>Honoured, and the flags may be combined: the NT, 2000 and XP DDK, and the remarks of CE 2.0.</summary>
    Ddk,

    /// <summary>Ignored: Windows CE 3.0 and earlier, as the CE 5.0 page says.</summary>
    Ce3,

    /// <summary>The call fails: Windows CE .NET, CE 5.0, Compact 2013.</summary>
    Ce5,
}

namespace Nonpaged.Ndis;

/// <summary>An opaque handle. 0 is the null handle.</summary>
public readonly record struct NDIS_HANDLE(nint Value)
{
    /// <summary>The null handle.</summary>
    public bool IsNull => Value == 0;
}

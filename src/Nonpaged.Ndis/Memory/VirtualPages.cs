namespace Nonpaged.Ndis;

/// <summary>Whole pages, as VirtualAlloc and AllocPhysMem count.</summary>
internal static class VirtualPages
{
    public static nuint RoundUp(nuint length) =>
        checked(length + (VirtualRegion.PageSize - 1)) & ~(nuint)(VirtualRegion.PageSize - 1);
}

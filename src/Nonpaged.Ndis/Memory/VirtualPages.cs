namespace Nonpaged.Ndis;

/// <summary>Whole pages, as VirtualAlloc and AllocPhysMem count.</summary>
internal static class VirtualPages
{
    public static nuint RoundUp(nuint length) =>
        checked(length + (Page.Size - 1)) & ~(nuint)(Page.Size - 1);
}

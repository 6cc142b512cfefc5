namespace Nonpaged;

/// <summary>The unit in which memory is counted: 4 KiB, whatever the size of the kernel's pages below.</summary>
internal static class Page
{
    public const int Size = 4096;
    public const int Shift = 12;

    public static nuint Count(nuint length) => (length + (Size - 1)) >> Shift;

    public static nuint RoundUp(nuint length, nuint alignment) => checked(length + (alignment - 1)) & ~(alignment - 1);
}

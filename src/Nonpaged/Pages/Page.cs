namespace Nonpaged;

/// <summary>The unit in which memory is counted: 4 KiB, whatever the size of the kernel's pages below.</summary>
internal static class Page
{
    public const int Size = 4096;
    public const int Shift = 12;

    /// <summary>Everything counts in pages of this size, and so must the processor.</summary>
    /// <exception cref="PlatformNotSupportedException">The system's pages are of another size.</exception>
    public static void ThrowIfOther()
    {
        if (Environment.SystemPageSize != Size)
        {
            throw new PlatformNotSupportedException($"Nonpaged needs pages of {Size} bytes; "
                + $"this system's are of {Environment.SystemPageSize} bytes (getconf PAGESIZE).");
        }
    }

    public static nuint Count(nuint length) => (length + (Size - 1)) >> Shift;

    public static nuint RoundUp(nuint length, nuint alignment) => checked(length + (alignment - 1)) & ~(alignment - 1);
}

namespace Nonpaged.Machines;

/// <summary>What holds for every access to registers.</summary>
internal static class RegisterAccess
{
    /// <exception cref="ArgumentOutOfRangeException">The access leaves the window, or is not aligned to its width.</exception>
    public static void Check(RegisterWindow window, uint offset, uint width)
    {
        if (offset > window.Length || window.Length - offset < width)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset), offset, $"An access of {width} bytes leaves the window of {window.Length} bytes at {window.Start}.");
        }

        if (offset % width != 0)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"An access of {width} bytes must be aligned to them.");
    }
}

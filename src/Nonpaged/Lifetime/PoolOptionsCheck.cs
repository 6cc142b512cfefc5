namespace Nonpaged;

/// <summary>What can be said of a pool's options by themselves.</summary>
internal static class PoolOptionsCheck
{
    /// <param name="options">The options.</param>
    /// <param name="isHost">The pool's physical addresses are the host's.</param>
    /// <exception cref="ArgumentException">They do not go together.</exception>
    public static void ThrowIfWrong(NonpagedPoolOptions options, bool isHost)
    {
        if (options is { Guard: true, Verify: false })
        {
            throw new ArgumentException(
                "NonpagedPoolOptions.Guard needs Verify, too: it tells which block was written.", nameof(options));
        }

        if (options.GuardPages != GuardPages.None && (!options.Verify || options.Guard))
        {
            throw new ArgumentException(
                "NonpagedPoolOptions.GuardPages needs Verify, which tells whose block was accessed, and stands in place of "
                    + "Guard.",
                nameof(options));
        }

        ThrowIfNegative(options.FirstExtent, nameof(options.FirstExtent));
        ThrowIfNegative(options.Step, nameof(options.Step));
        ThrowIfNegative(options.IdleKept, nameof(options.IdleKept));
        ThrowIfNegative(options.SearchEffort, nameof(options.SearchEffort));
        if (options.Ceiling < Page.Size)
        {
            throw new ArgumentException(
                $"A pool with a ceiling of {options.Ceiling} bytes could hold nothing: it takes pages of {Page.Size} bytes.",
                nameof(options));
        }

        if (options.Regions.Count > 0 && !isHost)
        {
            throw new ArgumentException(
                "Regions are named by the host's physical addresses, which this pool's are not.", nameof(options));
        }
    }

    private static void ThrowIfNegative(long bytes, string option)
    {
        if (bytes >= 0) return;
        throw new ArgumentException($"NonpagedPoolOptions.{option} is {bytes}: a number of bytes is not negative.");
    }

    /// <summary>
    /// Blocks that must be recorded or cleared when they are freed do not go through magazines, nor do those of pools that may
    /// keep nothing; nor those of a machine, which may have a few pages.
    /// </summary>
    public static bool HasMagazines(NonpagedPoolOptions options, bool grows) =>
        grows && !options.Verify && !options.ZeroOnFree && options.IdleRelease != TimeSpan.Zero;
}

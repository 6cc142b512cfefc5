namespace Nonpaged.Cli;

/// <summary>Says what pages are used for.</summary>
internal static class MapUse
{
    public static string Describe(PoolUse use)
    {
        if (use.Count == 0) return "being given back";
        string[] owners = [.. use.Blocks.Select(block => block.Request.Owner?.ToString()).OfType<string>()];
        string what = use.Count == 1
            ? $"a block of {Size.Format(use.BlockBytes)}"
            : $"{use.Count} blocks of {Size.Format(use.BlockBytes / (ulong)use.Count)}";
        return (use.Count, owners.Length) switch
        {
            (_, 0) => what,
            // The owner knows what it asked for.
            (1, _) => owners[0],
            (_, 1) => $"{what}: {owners[0]}",
            _ => $"{what}: {owners[0]}, and {owners.Length - 1} more",
        };
    }
}

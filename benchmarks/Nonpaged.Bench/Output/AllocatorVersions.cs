namespace Nonpaged.Bench;

/// <summary>The peers' versions, as ./bench found them: NAME=VERSION, separated by blanks.</summary>
internal static class AllocatorVersions
{
    public static IReadOnlyDictionary<string, string> Read() =>
        (Environment.GetEnvironmentVariable("NONPAGED_BENCH_ALLOCATORS") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
}

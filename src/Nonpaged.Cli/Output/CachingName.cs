namespace Nonpaged.Cli;

/// <summary>How output names what a block needs or got of the CPU's cache.</summary>
internal static class CachingName
{
    public static string Of(Caching caching) => caching switch
    {
        Caching.Coherent => "coherent",
        Caching.Uncached => "uncached",
        Caching.WriteCombined => "write-combined",
        _ => "any",
    };
}

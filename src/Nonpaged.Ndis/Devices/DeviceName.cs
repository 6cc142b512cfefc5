namespace Nonpaged.Ndis;

/// <summary>How names of devices are compared: the ways to write a link are one, and case does not matter.</summary>
internal static class DeviceName
{
    /// <summary>Where symbolic links are kept.</summary>
    public const string Links = @"\??\";

    public static readonly StringComparer Comparer = StringComparer.OrdinalIgnoreCase;

    private static readonly string[] s_links =
        [@"\\.\Global\", @"\\.\", @"\\?\", @"\DosDevices\Global\", @"\DosDevices\", @"\GLOBAL??\", @"\??\Global\", Links];

    /// <summary>The one way to write it; null where it is no name.</summary>
    public static string? Normalize(string name)
    {
        foreach (string prefix in s_links)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return name.Length > prefix.Length ? Links + name[prefix.Length..] : null;
        }

        return name.Length > 1 && name[0] == '\\' && name[1] != '\\' && name[^1] != '\\' ? name : null;
    }

    /// <summary>A name and what it leaves of a longer one, the longest first: \Device\A\b, then \Device\A with \b.</summary>
    public static IEnumerable<(string Name, string Left)> Prefixes(string name)
    {
        for (int end = name.Length; end > 0; end = name.LastIndexOf('\\', end - 1)) yield return (name[..end], name[end..]);
    }
}

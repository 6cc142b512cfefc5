namespace Nonpaged.Verify;

/// <summary>Names in the manner of command lines.</summary>
internal static class Kebab
{
    /// <summary>"LowResources" as "low-resources".</summary>
    public static string Of(string name) =>
        string.Concat(name.Select((one, index) => char.IsUpper(one) && index > 0 ? $"-{char.ToLowerInvariant(one)}"
            : char.ToLowerInvariant(one).ToString()));
}

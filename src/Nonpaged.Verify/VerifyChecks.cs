namespace Nonpaged.Verify;

/// <summary>The checks by their names: "special-pool", "low-resources" and so on.</summary>
public static class VerifyChecks
{
    private static readonly (VerifyCheck Check, string Name)[] s_names =
        [.. Enum.GetValues<VerifyCheck>().Select(check => (check, Kebab.Of(check.ToString())))];

    /// <summary>All of them, in the order in which they run.</summary>
    public static IReadOnlyList<VerifyCheck> All { get; } = [.. s_names.Select(one => one.Check)];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_names.Select(one => one.Name)];

    /// <summary>A check's name.</summary>
    public static string NameOf(VerifyCheck check) => s_names[(int)check].Name;

    /// <summary>The check of a name; null where there is none.</summary>
    public static VerifyCheck? Find(string name)
    {
        int index = Array.FindIndex(s_names, one => one.Name == name);
        return index < 0 ? null : s_names[index].Check;
    }
}

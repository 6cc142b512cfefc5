using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>Commands that can be pasted into a shell by the user who runs this program.</summary>
internal static class Shell
{
    private static string Sudo => Environment.IsPrivilegedProcess ? "" : "sudo ";

    public static string AsRoot(string command) => $"{Sudo}{command}";

    /// <summary>Writes a setting; the redirection of a shell would be made without sudo's rights.</summary>
    public static string Write(string value, string file) => $"echo {value} | {Sudo}tee {file}";

    public static string Write(ulong value, string file) => Write(value.ToString(CultureInfo.InvariantCulture), file);
}

using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>Commands that can be pasted into a shell by the user who runs this program.</summary>
internal sealed class Shell(bool isRoot)
{
    private string Sudo => isRoot ? "" : "sudo ";

    public string AsRoot(string command) => $"{Sudo}{command}";

    /// <summary>Writes a setting; the redirection of a shell would be made without sudo's rights.</summary>
    public string Write(string value, string file) => $"echo {value} | {Sudo}tee {file}";

    public string Write(ulong value, string file) => Write(value.ToString(CultureInfo.InvariantCulture), file);

    /// <summary>A shell of the same user whose programs have these capabilities (setpriv(1)).</summary>
    public string WithCapabilities(params string[] names)
    {
        string list = string.Join(',', names.Select(name => $"+{name}"));
        return AsRoot($"setpriv --reuid $(id -u) --regid $(id -g) --init-groups --inh-caps {list} --ambient-caps {list} $SHELL");
    }
}

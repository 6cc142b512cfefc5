using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>What the kernel says about this process (proc_pid_status(5)), and of others of the same user.</summary>
internal sealed class ProcessStatus(SystemFiles files)
{
    private const string Own = "/proc/self/status";

    /// <summary>A seccomp filter decides which system calls it may make (seccomp(2), SECCOMP_MODE_FILTER).</summary>
    public bool IsFiltered => files.ReadField(Own, "Seccomp") == "2";

    /// <summary>Whether it has a capability in effect (capabilities(7)).</summary>
    public bool Has(Capability capability) =>
        ulong.TryParse(
            files.ReadField(Own, "CapEff"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong set)
        && (set >> (int)capability & 1) == 1;

    /// <summary>Bytes of a kind of memory that all processes of its user have together, as far as /proc shows them.</summary>
    /// <param name="kind">VmPin or VmLck.</param>
    public ulong SumOfUser(string kind)
    {
        string? user = User(Own);
        ulong kibibytes = 0;
        foreach (string status in files.List("/proc")
            .Where(name => char.IsAsciiDigit(name[0]))
            .Select(name => $"/proc/{name}/status"))
        {
            if (User(status) != user) continue;
            if (ulong.TryParse(
                files.ReadField(status, kind)?.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong part))
            {
                kibibytes += part;
            }
        }

        return kibibytes << 10;
    }

    // Limits are counted by the real user: the first of real, effective, saved and file system user.
    private string? User(string status) => files.ReadField(status, "Uid")?.Split('\t', ' ')[0];
}

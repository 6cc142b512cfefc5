using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>A line of /proc/PID/maps that is of a pool's memory file (proc_pid_maps(5)).</summary>
/// <param name="Start">Its address.</param>
/// <param name="End">The address behind it.</param>
/// <param name="Offset">Where it starts in the file.</param>
/// <param name="Inode">Which file it is.</param>
/// <param name="Pool">The pool's name, or the machine's.</param>
/// <param name="Rung">How the memory was obtained, with hyphens.</param>
internal sealed record PoolMapping(ulong Start, ulong End, ulong Offset, string Inode, string Pool, string Rung)
{
    private const string FilePrefix = "/memfd:nonpaged:";
    private const string FileSuffix = " (deleted)";
    private const string MachineRung = "ram";

    /// <summary>It is of a machine's RAM, which the machine made.</summary>
    public bool IsOfMachine => Rung == MachineRung;

    // "7f44cbe00000-7f44dbe00000 rw-s 00000000 00:01 1234   /memfd:nonpaged:default:collapsed-memfd (deleted)"
    public static PoolMapping? Parse(string line)
    {
        int name = line.IndexOf(FilePrefix, StringComparison.Ordinal);
        if (name < 0) return null;
        string[] fields = line[..name].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] range = fields[0].Split('-');
        string file = line[(name + FilePrefix.Length)..];
        if (file.EndsWith(FileSuffix, StringComparison.Ordinal)) file = file[..^FileSuffix.Length];
        int rung = file.LastIndexOf(':');
        return new PoolMapping(Hex(range[0]), Hex(range[1]), Hex(fields[2]), fields[4], rung < 0 ? file
            : file[..rung], rung < 0 ? "" : file[(rung + 1)..]);
    }

    /// <summary>
    /// It goes on where another one ends: a change of protection, an order by frame or a hole of a machine's
    /// divides mappings of one extent.
    /// </summary>
    public bool Follows(PoolMapping other) => other.End == Start && other.Inode == Inode;

    private static ulong Hex(string digits) => ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

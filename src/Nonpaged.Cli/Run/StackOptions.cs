using System.CommandLine;
using Nonpaged.Drivers;

namespace Nonpaged.Cli;

/// <summary>The options for drivers over others.</summary>
internal sealed class StackOptions
{
    private readonly Option<string[]> _over = Options.Texts(
        "--over", "DRIVER",
        "What a protocol or intermediate driver lies over: e1000, rtl8139, or a C driver. Again for what that lies over.")
        .Completing(OwnDrivers);

    private readonly Option<string?> _unload = Options.Text(
        "--unload", "DRIVER[,DRIVER]", "With --over: which drivers end first, by their names. Default: from the top down.");

    private readonly Option<bool> _suspend = Options.Flag(
        "--suspend", "Suspend and resume the adapters once the drivers run, and then use them.");

    public IEnumerable<Option> All => [_over, _unload, _suspend];

    /// <exception cref="CommandException">The drivers do not go together.</exception>
    public RunRequest Read(ParseResult parsed, RunRequest request)
    {
        string[] over = parsed.GetValue(_over) ?? [];
        string[] order = parsed.GetValue(_unload)?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        request = request with { Over = over, EndOrder = order, Suspend = parsed.GetValue(_suspend) };
        if (over.Length > 0 && request.DriverFile is null)
        {
            throw new CommandException(
                "--over says what a C driver lies over, and there is none.", "a protocol or an intermediate driver in C",
                $"nonpaged run ./protocol.so --over {over[0]}");
        }

        Check(over);
        string[] drivers = [.. Names(request)];
        if (drivers.GroupBy(name => name).FirstOrDefault(name => name.Count() > 1) is { } twice)
        {
            throw new CommandException(
                $"The driver {twice.Key} is in the stack twice.", "a process, which has each driver's variables once",
                "copy the driver to a file of another name, and give that");
        }

        if (order.FirstOrDefault(name => !drivers.Contains(name)) is { } unknown)
        {
            throw new CommandException(
                $"--unload names {unknown}, which is not in the stack.", $"the drivers are {string.Join(", ", drivers)}",
                $"write, say, --unload {drivers[0]}");
        }

        return request.Nic is null && NetworkDrivers.Find(over.LastOrDefault() ?? "") is { } lowest
            ? request with { Nic = lowest.Name }
            : request;
    }

    /// <summary>The drivers' names, from the top down.</summary>
    public static IEnumerable<string> Names(RunRequest request) => request.DriverFile is null ? []
        : request.Over.Prepend(request.DriverFile).Select(file => Path.GetFileNameWithoutExtension(file)!);

    /// <summary>The names of this package's drivers.</summary>
    public static string[] OwnDrivers => [.. NetworkDrivers.All.Select(driver => driver.Name)];

    /// <summary>Whether an option names a driver of this package.</summary>
    public static bool IsOwn(string driver) => NetworkDrivers.Find(driver) is not null;

    /// <summary>The same drivers, looked at.</summary>
    /// <exception cref="CommandException">One is not there, or not where it can be.</exception>
    public static IReadOnlyList<string> Checked(string[] over)
    {
        Check(over);
        return over;
    }

    private static void Check(string[] over)
    {
        for (int index = 0; index < over.Length; index++)
        {
            string driver = over[index];
            if (IsOwn(driver) && index == over.Length - 1) continue;
            if (IsOwn(driver))
            {
                throw new CommandException(
                    $"--over {driver} is followed by another --over, and {driver} drives a card.", "the lowest driver of a stack",
                    $"give --over {driver} last");
            }

            if (File.Exists(driver)) continue;
            throw new CommandException(
                $"--over {driver}: there is no such file, and no driver of that name.",
                $"a C driver's file, or one of {string.Join(", ", NetworkDrivers.All.Select(one => one.Name))}",
                "nonpaged run ./protocol.so --over e1000");
        }
    }
}

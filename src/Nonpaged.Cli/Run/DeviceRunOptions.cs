using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary>The options of <c>run</c> for programs that open devices of its drivers.</summary>
internal sealed class DeviceRunOptions
{
    private readonly Option<string?> _devices = Options.Text(
        "--devices", "PATH",
        "Make a socket at PATH, through which programs open the driver's devices; until --hold or Ctrl+C ends it.");
    private readonly Option<string?> _exec = Options.Text(
        "--exec", "COMMAND",
        "Run COMMAND by /bin/sh once the driver runs, with that socket in NONPAGED_DEVICES; the run ends with it.");

    public IEnumerable<Option> All => [_devices, _exec];

    /// <exception cref="CommandException">The rest of the request does not go with it.</exception>
    public RunRequest Read(ParseResult parsed, RunRequest request)
    {
        (string? path, string? command) = (parsed.GetValue(_devices), parsed.GetValue(_exec));
        if (path is null && command is null) return request;
        if (request.Peer && request.Taps.Count == 0)
        {
            throw new CommandException(
                $"{(command is null ? "--devices" : "--exec")} and --peer were given.", "--peer, which exchanges its own frames",
                "leave --peer out");
        }

        // A person ends it; a command does so by itself.
        TimeSpan hold = command is null && request.Hold == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.Hold;
        return request with { Access = new DeviceAccess(path, command), Hold = hold };
    }
}

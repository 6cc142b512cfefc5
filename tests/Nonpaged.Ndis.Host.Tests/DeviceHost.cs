using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>./nonpaged run DRIVER.so --nic none --devices PATH, until it is stopped.</summary>
internal sealed class DeviceHost : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(300);

    private readonly DirectoryInfo? _folder;
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private DeviceHost(string socket, DirectoryInfo? folder, Process process)
    {
        Socket = socket;
        _folder = folder;
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public string Socket { get; }

    public int Id => _process.Id;

    public static DeviceHost Start(DriverBuild driver, string? socket = null, params IEnumerable<string> arguments)
    {
        DirectoryInfo? folder = socket is null ? Directory.CreateTempSubdirectory("nonpaged-door-") : null;
        string path = socket ?? Path.Combine(folder!.FullName, "socket");
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "nonpaged"),
            ["run", driver.File, "--nic", "none", "--devices", path, "--json", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var host = new DeviceHost(path, folder, Process.Start(start)!);
        long end = Environment.TickCount64 + (long)s_limit.TotalMilliseconds;
        while (!host.Answers())
        {
            bool isLate = host._process.HasExited || Environment.TickCount64 > end;
            Assert.False(isLate, isLate && host._process.HasExited ? host._output.Result + host._error.Result : "no socket");
            Thread.Sleep(20);
        }

        return host;
    }

    public DriverDevice Open(string name) => DriverDevice.Open(Socket, name);

    /// <summary>Runs a program with the socket in its environment.</summary>
    public CommandResult Run(string program, params IEnumerable<string> arguments) => Command.Run(
        program, new Dictionary<string, string> { [DeviceSocket.PathVariable] = Socket }, arguments);

    /// <summary>Ends it as Ctrl+C does, and returns its document.</summary>
    public JsonElement Stop()
    {
        Command.Run("/bin/sh", ["-c", $"kill -INT {_process.Id}"]);
        Assert.True(_process.WaitForExit(s_limit), "It does not end.");
        return DriverRun.Json(new CommandResult(_process.ExitCode, _output.Result, _error.Result));
    }

    public void Kill()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(s_limit), "It does not end.");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _folder?.Delete(recursive: true);
    }

    // A socket that nobody serves yet refuses.
    private bool Answers()
    {
        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(Socket));
            return IsOpen();
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // The socket is there before the driver is.
    private bool IsOpen()
    {
        try
        {
            Open(@"\Device\TestBuffered").Dispose();
            return true;
        }
        catch (DeviceException missing) when (missing.Status == NTSTATUS.STATUS_OBJECT_NAME_NOT_FOUND)
        {
            return false;
        }
        catch (DeviceException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

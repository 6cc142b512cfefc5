using System.Diagnostics;

namespace Nonpaged.Cli.Tests.Run;

/// <summary>
/// A network namespace without a name, which a process holds whose input is ours: it is gone when this is disposed of, and also
/// when the test program ends by itself.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private readonly Process _holder;

    private NetworkNamespace(Process holder) => _holder = holder;

    /// <summary>Where it cannot be made, the test is skipped.</summary>
    public static NetworkNamespace Create()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, for network namespaces and interfaces");
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "needs /dev/net/tun (mkdir -p /dev/net && mknod /dev/net/tun c 10 200)");
        foreach ((string tool, string package) in new[]
        { ("ip", "iproute2"), ("ping", "iputils-ping"), ("curl", "curl"), ("unshare", "util-linux") })
        {
            Assert.SkipUnless(IsThere(tool), $"needs {tool} (apt-get install {package})");
        }

        Process holder = Start("unshare", ["--net", "sh", "-c", "ip link set lo up; echo ready; exec cat"], keepsInput: true);
        string? line = holder.StandardOutput.ReadLine();
        Assert.SkipUnless(line == "ready", "no network namespace can be made here");
        return new NetworkNamespace(holder);
    }

    /// <summary>The process that holds it, by which ip(8) names it.</summary>
    public int Id => _holder.Id;

    /// <summary>A command in it.</summary>
    public string[] Command(params IEnumerable<string> command) => ["nsenter", $"--net=/proc/{Id}/ns/net", "--", .. command];

    public Process StartProcess(IEnumerable<string> command, bool keepsInput = false)
    {
        string[] whole = Command(command);
        return Start(whole[0], whole[1..], keepsInput);
    }

    /// <summary>Runs a command in it to its end, which must be a good one.</summary>
    public string Run(params string[] command)
    {
        (int exitCode, string output) = TryRun(command);
        Assert.True(exitCode == 0, $"{string.Join(' ', command)}: {output}");
        return output;
    }

    public (int ExitCode, string Output) TryRun(params string[] command)
    {
        using Process process = StartProcess(command);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    /// <summary>The interfaces in it but the loopback.</summary>
    public IReadOnlyList<string> Interfaces() =>
        [.. Run("ip", "-brief", "link").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', '@')[0])
            .Where(name => name != "lo")];

    public void Dispose()
    {
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
    }

    private static bool IsThere(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Append("/usr/sbin")
            .Any(folder => File.Exists(Path.Combine(folder, tool)));

    private static Process Start(string program, IEnumerable<string> arguments, bool keepsInput)
    {
        var start = new ProcessStartInfo(program, arguments)
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        if (!keepsInput) process.StandardInput.Close();
        return process;
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nonpaged.Cli.Tests.Run;

/// <summary>
/// 'nonpaged run --peer --tap t0 --tap t1' between two network namespaces: what one sends the other gets through two
/// adapters and the hub between them.
/// </summary>
internal sealed class TapRun : IDisposable
{
    private const string Here = "10.87.0.1";
    private const string There = "10.87.0.2";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(300);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    /// <summary>Starts it, and brings both interfaces up.</summary>
    /// <param name="program">The program and its first arguments.</param>
    /// <param name="arguments">What follows 'run --peer --tap t0 --tap t1'.</param>
    public TapRun(IEnumerable<string> program, params IEnumerable<string> arguments)
    {
        Left = NetworkNamespace.Create();
        Right = NetworkNamespace.Create();
        _process = Left.StartProcess([.. program, "run", "--peer", "--tap", "t0", "--tap", "t1", "--json", .. arguments]);
        _output = _process.StandardOutput.ReadToEndAsync();
        var held = new TaskCompletionSource();
        _error = Task.Run(() => ReadErrors(held));
        Assert.True(
            held.Task.Wait(s_limit) && !held.Task.IsCanceled,
            $"It does not hold its interfaces: {(_error.IsCompleted ? _error.Result + _output.Result : "")}");
        Left.Run("ip", "link", "set", "t1", "netns", $"{Right.Id}");
        foreach ((NetworkNamespace space, string name, string address) in new[] { (Left, "t0", Here), (Right, "t1", There) })
        {
            space.Run("ip", "address", "add", $"{address}/24", "dev", name);
            space.Run("ip", "link", "set", name, "up");
        }
    }

    public NetworkNamespace Left { get; }

    public NetworkNamespace Right { get; }

    public string Ping(int count) => Left.Run("ping", "-c", $"{count}", "-i", "0.2", "-W", "30", There);

    /// <summary>
    /// Transfers so many bytes over TCP, from the left to the right, and compares their checksums. Returns the time that it took.
    /// </summary>
    public TimeSpan Transfer(int bytes)
    {
        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        string server = Path.Combine(AppContext.BaseDirectory, "Nonpaged.Cli.TestHost.dll");
        using Process serving = Left.StartProcess([dotnet, server, Here, $"{bytes}"], keepsInput: true);
        try
        {
            string[] said = (serving.StandardOutput.ReadLine() ?? "").Split(' ');
            Assert.True(said.Length == 2, "The server did not start.");
            using Process client =
                Right.StartProcess(["curl", "--silent", "--show-error", "--max-time", "240", $"http://{Here}:{said[0]}/"]);
            Task<string> error = client.StandardError.ReadToEndAsync();
            long start = Stopwatch.GetTimestamp();
            string checksum = Convert.ToHexStringLower(SHA256.HashData(client.StandardOutput.BaseStream));
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            client.WaitForExit();
            Assert.True(client.ExitCode == 0, error.Result);
            Assert.Equal(said[1], checksum);
            return time;
        }
        finally
        {
            serving.StandardInput.Close();
            serving.WaitForExit();
        }
    }

    /// <summary>Sends a signal and waits for the end. Returns its exit code and its document.</summary>
    public (int ExitCode, string Output, string Error) End(string signal)
    {
        using (Process kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"])!) kill.WaitForExit();
        return WaitForEnd();
    }

    public (int ExitCode, string Output, string Error) WaitForEnd()
    {
        Assert.True(_process.WaitForExit(s_limit), "It does not end.");
        return (_process.ExitCode, _output.Result, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Left.Dispose();
        Right.Dispose();
    }

    private string ReadErrors(TaskCompletionSource held)
    {
        var all = new List<string>();
        while (_process.StandardError.ReadLine() is { } line)
        {
            all.Add(line);
            if (line.StartsWith("holding", StringComparison.Ordinal)) held.TrySetResult();
        }

        held.TrySetCanceled();
        return string.Join('\n', all);
    }
}

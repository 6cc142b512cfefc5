using System.Diagnostics;
using System.Globalization;

namespace Nonpaged.Xdp.Tests.Samples;

/// <summary>A sample as a program of its own, in a network namespace, as root or as an ordinary user with capabilities.</summary>
internal sealed class SampleRun : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _error;

    /// <param name="where">Its namespace.</param>
    /// <param name="prefix">What starts it: see <see cref="AsUser"/>. Empty for root.</param>
    /// <param name="arguments">Of its command line.</param>
    public SampleRun(NetworkNamespace where, string[] prefix, params string[] arguments)
    {
        string host = Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet";
        string sample = Path.Combine(AppContext.BaseDirectory, "XdpSamples.dll");
        _process = where.StartProcess([.. prefix, host, sample, .. arguments]);
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>A user without any right but these capabilities, and 8 MiB that it may lock.</summary>
    public static string[] AsUser(int memlockKilobytes, params string[] capabilities)
    {
        string list = string.Join(',', capabilities.Select(name => $"+{name}").Prepend("-all"));
        string limit = memlockKilobytes.ToString(CultureInfo.InvariantCulture);
        return
        [
            "/bin/sh", "-c", $"ulimit -l {limit} && exec \"$@\"", "sh", "setpriv", "--reuid", "65534", "--regid", "65534",
            "--clear-groups", "--inh-caps", list, "--ambient-caps", list, "--bounding-set", list,
        ];
    }

    /// <summary>Waits until it is ready.</summary>
    public void WaitUntilReady()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(s_patience), "The sample says nothing.");
        if (line.Result?.StartsWith("ready", StringComparison.Ordinal) == true) return;
        Assert.Fail($"The sample is not ready: {line.Result}{End().Error}");
    }

    /// <summary>Waits for its end, with what is left of its output.</summary>
    public (int ExitCode, string Output, string Error) End()
    {
        Task<string> output = _process.StandardOutput.ReadToEndAsync();
        Assert.True(_process.WaitForExit(s_patience), "The sample does not end.");
        return (_process.ExitCode, output.Result, _error.Result);
    }

    /// <summary>Asks it to end (SIGTERM), and waits.</summary>
    public (int ExitCode, string Output, string Error) Stop()
    {
        // nsenter(1) and setpriv(1) become the program: its id is the process's.
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
        return End();
    }

    /// <summary>Ends it as the kernel does when memory is short: at once, with nothing run.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}

using System.Diagnostics;

namespace Nonpaged.Tests.Samples;

/// <summary>A sample as a program of its own. It lies beside the tests.</summary>
internal sealed class SampleProgram : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _error;

    /// <param name="name">Of its assembly.</param>
    /// <param name="arguments">Of its command line.</param>
    public SampleProgram(string name, params string[] arguments)
    {
        string host = Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet";
        string sample = Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
        _process = Process.Start(new ProcessStartInfo(host, [sample, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Runs a sample to its end.</summary>
    public static (int ExitCode, string Output, string Error) Run(string name, params string[] arguments)
    {
        using var program = new SampleProgram(name, arguments);
        return program.End();
    }

    /// <summary>The next line of its output; null at the end.</summary>
    public string? ReadLine()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(s_patience), "The sample says nothing.");
        return line.Result;
    }

    /// <summary>Waits for its end, with what is left of its output.</summary>
    public (int ExitCode, string Output, string Error) End()
    {
        Task<string> output = _process.StandardOutput.ReadToEndAsync();
        Assert.True(_process.WaitForExit(s_patience), "The sample does not end.");
        return (_process.ExitCode, output.Result, _error.Result);
    }

    /// <summary>Ends it as the kernel does when memory is short: at once, with nothing run.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}

using System.Diagnostics;

namespace Nonpaged.Bench;

/// <summary>A program that says "ready", and at its end what it counted. It ends when this is disposed of.</summary>
internal sealed class XdpProcess : IDisposable
{
    private readonly string _name;
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly CancellationTokenRegistration _cancellation;

    private XdpProcess(string name, IReadOnlyList<string> command, CancellationToken cancellation)
    {
        _name = name;
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start) ?? throw new BenchException($"{name} did not start.");
        _errors = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        _cancellation = cancellation.Register(Kill);
    }

    public int Id => _process.Id;

    /// <summary>Starts a program, and waits until it is ready.</summary>
    public static XdpProcess Start(string name, IReadOnlyList<string> command, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var started = new XdpProcess(name, command, cancellation);
        try
        {
            string line = started.ReadLine(cancellation);
            return line == "ready" ? started : throw new BenchException($"{name} said \"{line}\" instead of \"ready\".");
        }
        catch
        {
            started.Dispose();
            throw;
        }
    }

    /// <summary>Its next line.</summary>
    public string ReadLine(CancellationToken cancellation)
    {
        string? line = _process.StandardOutput.ReadLine();
        cancellation.ThrowIfCancellationRequested();
        if (line is not null) return line;
        _process.WaitForExit();
        throw new BenchException($"{_name} ended: {_errors.GetAwaiter().GetResult().Trim()}");
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public void WaitForEnd() => _process.WaitForExit();

    public void Dispose()
    {
        _cancellation.Dispose();
        Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Kill()
    {
        if (!_process.HasExited) _process.Kill();
    }
}

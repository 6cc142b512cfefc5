using System.Diagnostics;

namespace Nonpaged.Bench;

/// <summary>A process that measures. It ends with its standard input, so also where this process is killed.</summary>
internal sealed class Child : IDisposable
{
    // The longest that is asked for takes some twenty seconds.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private readonly string _command;
    private readonly Process _process;
    private readonly Task<string> _errors;

    private Child(string file, IReadOnlyList<string> arguments)
    {
        _command = string.Join(' ', [Path.GetFileName(file), .. arguments]);
        var start = new ProcessStartInfo(file, arguments)
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start) ?? throw new BenchException($"{_command} did not start.");
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public static Child Start(string file, params IReadOnlyList<string> arguments) => new(file, arguments);

    /// <summary>Runs a program to its end. Its lines.</summary>
    public static string[] Run(string file, params IReadOnlyList<string> arguments)
    {
        using var child = new Child(file, arguments);
        child._process.StandardInput.Close();
        string output = child._process.StandardOutput.ReadToEnd();
        child._process.WaitForExit();
        return child._process.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : throw child.Ended();
    }

    /// <summary>Asks for one round. The answer to it; null where the process ended instead.</summary>
    public string? TryAsk(string question = "")
    {
        try
        {
            _process.StandardInput.WriteLine(question);
            _process.StandardInput.Flush();
            Task<string?> answer = _process.StandardOutput.ReadLineAsync();
            if (answer.Wait(s_limit)) return answer.Result;
        }
        catch (IOException)
        {
            // EPIPE: it ended before it was asked.
            return null;
        }

        _process.Kill();
        throw new BenchException($"{_command} has not answered \"{question}\" for {s_limit.TotalMinutes} minutes.");
    }

    /// <summary>Why it ended, in its own words.</summary>
    public BenchException Ended() => new($"{_command} ended: {_errors.GetAwaiter().GetResult().Trim()}");

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // EPIPE, of what was written to a process that had ended.
        }

        _process.WaitForExit();
        _process.Dispose();
    }
}

using System.Diagnostics;

namespace Nonpaged.Cli.Tests;

/// <summary>The program while it runs: a test waits until it has come to a stage, and then does something to it.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _errors = [];
    private readonly Task<string> _output;
    private readonly Task _reading;

    public RunningProgram(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _reading = Task.Run(ReadErrors);
    }

    public int Id => _process.Id;

    /// <summary>Waits for a line on standard error that begins so.</summary>
    public void WaitFor(string beginning)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            string[] errors = Errors();
            if (errors.Any(line => line.StartsWith(beginning, StringComparison.Ordinal))) return;
            if (_reading.IsCompleted || Stopwatch.GetElapsedTime(start) > CliProgram.Patience)
                Assert.Fail($"It never said '{beginning}'. It said: {string.Join('\n', errors)}");
            Thread.Sleep(2);
        }
    }

    public void Signal(string signal) => CliProgram.Signal(_process, signal);

    public CliResult WaitForEnd()
    {
        if (!_process.WaitForExit(CliProgram.Patience))
            Assert.Fail($"The program did not end. It said: {string.Join('\n', Errors())}");
        _reading.Wait();
        return new CliResult(_process.ExitCode, _output.Result, string.Join('\n', Errors()));
    }

    /// <summary>The processes that the program started, and theirs.</summary>
    public IReadOnlyList<int> Descendants() => DescendantsOf(Id);

    /// <summary>Those of them that are QEMU's, by name.</summary>
    public IReadOnlyList<int> Machines() =>
        [.. Descendants().Where(id => Read($"/proc/{id}/comm").StartsWith("qemu", StringComparison.Ordinal))];

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static List<int> DescendantsOf(int id)
    {
        List<int> all = [];
        foreach (string thread in ThreadsOf(id))
        {
            foreach (string child in Read($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                int childId = int.Parse(child, System.Globalization.CultureInfo.InvariantCulture);
                all.Add(childId);
                all.AddRange(DescendantsOf(childId));
            }
        }

        return all;
    }

    // Processes and threads may end while they are looked at: a thread's files then answer ESRCH.
    private static string[] ThreadsOf(int id)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{id}/task");
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private string[] Errors()
    {
        lock (_errors) return [.. _errors];
    }

    private void ReadErrors()
    {
        while (_process.StandardError.ReadLine() is { } line)
        {
            lock (_errors) _errors.Add(line);
        }
    }
}

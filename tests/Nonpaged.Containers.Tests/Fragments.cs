using System.Diagnostics;

namespace Nonpaged.Containers.Tests;

/// <summary>
/// A process whose memory lies scattered over this machine's, so that compaction has pages to move.
/// </summary>
internal sealed class Fragments : IDisposable
{
    private const long Length = 1L << 30;

    private readonly Process _process;

    public Fragments(string program)
    {
        var start = new ProcessStartInfo(program, [$"{Length}"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
        string? line = _process.StandardOutput.ReadLine();
        Assert.True(line is not null && _process.StandardOutput.ReadLine() == "ready", "There is no memory to scatter.");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}

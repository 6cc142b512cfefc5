using System.Diagnostics;

namespace Nonpaged.Containers.Tests;

/// <summary>
/// A process whose memory lies scattered over this machine's, so that compaction moves pages: it is the control.
/// </summary>
internal sealed class Fragments : IDisposable
{
    private const long Length = 1L << 30;

    private readonly Process _process;
    private readonly (ulong Address, ulong Length) _block;

    public Fragments(string program)
    {
        var start = new ProcessStartInfo(program, [$"{Length}"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
        string? line = _process.StandardOutput.ReadLine();
        Assert.True(line is not null && _process.StandardOutput.ReadLine() == "ready", "There is no memory to scatter.");
        _block = Frames.Parse(line);
    }

    public Dictionary<ulong, ulong> Look() => Frames.Of(_process.Id, [_block]);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}

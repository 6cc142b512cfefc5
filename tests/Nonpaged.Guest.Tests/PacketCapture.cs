using System.Diagnostics;

namespace Nonpaged.Guest.Tests;

/// <summary>What went over a network card's wire, as QEMU wrote it down and tshark reads it.</summary>
internal sealed class PacketCapture(string file)
{
    /// <summary>How many frames match a display filter of tshark's.</summary>
    public int Count(string filter) => Read(["-Y", filter]).Length;

    /// <summary>How many frames there are.</summary>
    public int Count() => Read([]).Length;

    private string[] Read(string[] arguments)
    {
        // Read from a copy, since QEMU is writing: what it has written of a frame may end in the middle.
        string copy = file + ".read";
        File.Copy(file, copy, overwrite: true);
        var start = new ProcessStartInfo("tshark", ["-r", copy, .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process tshark = Process.Start(start)!;
        Task<string> errors = tshark.StandardError.ReadToEndAsync();
        string output = tshark.StandardOutput.ReadToEnd();
        tshark.WaitForExit();
        Assert.True(tshark.ExitCode == 0 || errors.Result.Contains("cut short", StringComparison.Ordinal), errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

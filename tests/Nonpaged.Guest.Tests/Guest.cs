using System.Diagnostics;
using System.Text;

namespace Nonpaged.Guest.Tests;

/// <summary>A stock kernel that runs in QEMU under software emulation, and takes commands over a serial line (eng/guest-init). One command at a time.</summary>
internal sealed class Guest : IAsyncDisposable
{
    private const string Ready = "@ready";
    private const string Exit = "@exit ";
    private static readonly TimeSpan s_bootLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_commandLimit = TimeSpan.FromSeconds(90);

    private readonly Process _qemu;
    private readonly DirectoryInfo _folder;
    private readonly Task<string> _errors;

    private Guest(Process qemu, DirectoryInfo folder)
    {
        _qemu = qemu;
        _folder = folder;
        _errors = qemu.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts one, and waits until it takes commands.</summary>
    public static async Task<Guest> BootAsync(GuestOptions options)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-guest-");
        var start = new ProcessStartInfo("qemu-system-x86_64", options.Arguments(folder.FullName))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        var guest = new Guest(Process.Start(start)!, folder);
        try
        {
            await guest.ReadUntilAsync(Ready, s_bootLimit, "the start");
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <summary>The traffic of a network card so far, by its index.</summary>
    public PacketCapture Traffic(int nic = 0) => new(Path.Combine(_folder.FullName, $"{nic}.pcap"));

    /// <summary>Runs a shell script to its end.</summary>
    public async Task<GuestResult> RunAsync(string script, TimeSpan? limit = null)
    {
        await _qemu.StandardInput.WriteAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(script + "\n")) + "\n");
        await _qemu.StandardInput.FlushAsync();
        (string output, string end) = await ReadUntilAsync(Exit, limit ?? s_commandLimit, script);
        return new GuestResult(script, int.Parse(end, System.Globalization.CultureInfo.InvariantCulture), output);
    }

    /// <summary>Runs a shell script, which must succeed.</summary>
    public async Task<GuestResult> DoAsync(string script, TimeSpan? limit = null)
    {
        GuestResult result = await RunAsync(script, limit);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_qemu.HasExited) _qemu.Kill();
        await _qemu.WaitForExitAsync();
        _qemu.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>What was written before a line that starts so, and the rest of that line.</summary>
    private async Task<(string Before, string After)> ReadUntilAsync(string mark, TimeSpan limit, string what)
    {
        using var time = new CancellationTokenSource(limit);
        var output = new StringBuilder();
        try
        {
            while (await _qemu.StandardOutput.ReadLineAsync(time.Token) is { } line)
            {
                if (line.StartsWith(mark, StringComparison.Ordinal))
                {
                    // The line that the guest ends the command's last one with.
                    string text = output.ToString();
                    return (text.EndsWith("\n\n", StringComparison.Ordinal) || text == "\n" ? text[..^1] : text, line[mark.Length..]);
                }

                output.Append(line).Append('\n');
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The guest did not do this within {limit}: {what}\nIt wrote:\n{output}\n{Console()}");
        }

        throw new InvalidOperationException($"The guest ended during this: {what}\nIt wrote:\n{output}\n{Console()}\nQEMU: {await _errors}");
    }

    private string Console()
    {
        string path = Path.Combine(_folder.FullName, "console");
        string[] lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        return "The kernel's last messages:\n" + string.Join('\n', lines.TakeLast(30));
    }
}

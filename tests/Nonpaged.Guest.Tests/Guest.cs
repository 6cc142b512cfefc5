using System.Diagnostics;
using System.Text;

namespace Nonpaged.Guest.Tests;

/// <summary>
/// A stock kernel that runs in QEMU under software emulation, and takes commands over a serial line
/// (eng/guest-init). One command at a time.
/// </summary>
internal sealed class Guest : IAsyncDisposable
{
    private const string Ready = "@ready";
    private const string Exit = "@exit ";

    // Only a guest that hangs takes so long, however busy the machine is.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

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
    /// <remarks>
    /// A start takes some seconds. Under software emulation a kernel of several processors rarely hangs in it, one processor in
    /// the trap by which it patches its own code; that is none of what is tested, so it is started again.
    /// </remarks>
    public static async Task<Guest> BootAsync(GuestOptions options)
    {
        const int starts = 3;
        for (int i = 1; ; i++)
        {
            try
            {
                return await StartAsync(options, i < starts ? s_patience : s_limit);
            }
            catch (TimeoutException) when (i < starts)
            {
            }
        }
    }

    private static async Task<Guest> StartAsync(GuestOptions options, TimeSpan limit)
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
            await guest.ReadUntilAsync(Ready, "the start", limit);
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
    /// <param name="script">Lines of the guest's shell.</param>
    /// <param name="pause">Between the first half of the line that it is sent as and the second.</param>
    public async Task<GuestResult> RunAsync(string script, TimeSpan pause = default)
    {
        string line = Convert.ToBase64String(Encoding.UTF8.GetBytes(script + "\n")) + "\n";
        await _qemu.StandardInput.WriteAsync(line[..(line.Length / 2)]);
        await _qemu.StandardInput.FlushAsync();
        if (pause > TimeSpan.Zero) await Task.Delay(pause, TestContext.Current.CancellationToken);
        await _qemu.StandardInput.WriteAsync(line[(line.Length / 2)..]);
        await _qemu.StandardInput.FlushAsync();
        (string output, string end) = await ReadUntilAsync(Exit, script, s_limit);
        return new GuestResult(script, int.Parse(end, System.Globalization.CultureInfo.InvariantCulture), output);
    }

    /// <summary>Runs a shell script, which must succeed.</summary>
    public async Task<GuestResult> DoAsync(string script)
    {
        GuestResult result = await RunAsync(script);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    /// <summary>Asks again and again, for a minute: what comes in an instant comes late on a busy machine.</summary>
    public static async Task<bool> UntilAsync(Func<Task<bool>> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > s_patience) return false;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_qemu.HasExited) _qemu.Kill();
        await _qemu.WaitForExitAsync();
        _qemu.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>What was written before a line that starts so, and the rest of that line.</summary>
    private async Task<(string Before, string After)> ReadUntilAsync(string mark, string what, TimeSpan limit)
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
                    return (
                        text.EndsWith("\n\n", StringComparison.Ordinal) || text == "\n" ? text[..^1] : text, line[mark.Length..]);
                }

                output.Append(line).Append('\n');
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The guest did not do this within {limit}: {what}\nIt wrote:\n{output}\n{Console()}");
        }

        throw new InvalidOperationException(
            $"The guest ended during this: {what}\nIt wrote:\n{output}\n{Console()}\nQEMU: {await _errors}");
    }

    private string Console()
    {
        string path = Path.Combine(_folder.FullName, "console");
        string[] lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        return "The kernel's last messages:\n" + string.Join('\n', lines.TakeLast(30));
    }
}

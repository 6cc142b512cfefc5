using System.Diagnostics;
using System.Text;

namespace Nonpaged.Bench;

/// <summary>
/// A stock kernel in QEMU under software emulation with an IOMMU and one network card, for one script (eng/guest-init).
/// </summary>
internal static class BenchGuest
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(20);

    /// <summary>Boots, runs a shell script and ends. The lines that it wrote.</summary>
    public static async Task<string[]> RunAsync(string script, TextWriter log)
    {
        string console = Path.GetTempFileName();
        string[] arguments =
        [
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "q35,kernel-irqchip=split", "-accel",
            "tcg", "-cpu", "Nehalem", "-m", "3072",
            "-kernel", Setting("NONPAGED_GUEST_KERNEL"), "-initrd", Setting("NONPAGED_GUEST_INITRAMFS"),
            "-append", "console=ttyS0 panic=-1 random.trust_cpu=on no_timer_check intel_iommu=on", "-device",
            "intel-iommu,caching-mode=on,intremap=on",
            "-netdev", "user,id=n", "-device", "e1000,netdev=n,addr=4,romfile=",
            "-serial", $"file:{console}", "-chardev", "stdio,id=commands,signal=off", "-serial", "chardev:commands",
        ];
        using Process qemu = Process.Start(new ProcessStartInfo(
            "qemu-system-x86_64", arguments)
        { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new BenchException("QEMU did not start.");
        using var time = new CancellationTokenSource(s_limit);
        try
        {
            await ReadUntilAsync(qemu, "@ready", [], TextWriter.Null, time.Token);
            await qemu.StandardInput.WriteLineAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(script + "\n")));
            await qemu.StandardInput.FlushAsync(time.Token);
            var lines = new List<string>();
            string code = await ReadUntilAsync(qemu, "@exit ", lines, log, time.Token);
            return code == "0" ? [.. lines]
                : throw new BenchException($"The guest's script ended with {code}: {string.Join('\n', lines.TakeLast(5))}");
        }
        catch (OperationCanceledException)
        {
            throw new BenchException($"The guest was not done after {s_limit.TotalMinutes} minutes: "
                + $"{string.Join('\n', File.ReadLines(console).TakeLast(10))}");
        }
        finally
        {
            if (!qemu.HasExited) qemu.Kill();
            await qemu.WaitForExitAsync(CancellationToken.None);
            File.Delete(console);
        }
    }

    private static async Task<string> ReadUntilAsync(
        Process qemu, string mark, List<string> lines, TextWriter log, CancellationToken ended)
    {
        while (await qemu.StandardOutput.ReadLineAsync(ended) is { } line)
        {
            if (line.StartsWith(mark, StringComparison.Ordinal)) return line[mark.Length..];
            if (line.Length == 0) continue;
            lines.Add(line);
            await log.WriteLineAsync(line);
        }

        throw new BenchException("The guest ended before its script did.");
    }

    private static string Setting(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new BenchException($"{name} is not set. Start this by ./bench.");
}

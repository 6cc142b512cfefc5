using System.Diagnostics;

namespace Nonpaged.Verify.Tests;

/// <summary>Whenever verify is killed, nothing that it started is left: drivers' processes, QEMU, its guardian.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const string Mark = "NONPAGED_TEST_MARK";
    private const int Times = 6;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    [Fact]
    public void Killed_at_any_moment_verify_leaves_no_process()
    {
        Assert.SkipUnless(Machines.Qemu.QemuProbe.Find().IsUsable,
            "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        using var driver = VerifiedDriver.Sample("rtl8139");
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        bool hasRun = false;
        for (int time = 0; time < Times; time++)
        {
            string mark = $"{Mark}={Guid.NewGuid()}";
            var start = new ProcessStartInfo(
                Path.Combine(Repository.Root, "nonpaged"), ["verify", driver.File, "--nic", "rtl8139", "--json", "/dev/null"])
            { RedirectStandardError = true, RedirectStandardOutput = true };
            start.Environment[Mark] = mark[(Mark.Length + 1)..];
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            Thread.Sleep(random.Next(200, 5000));
            hasRun |= With(mark).Count > 1;
            process.Kill();
            process.WaitForExit();
            Assert.True(SpinWait.SpinUntil(() => With(mark).Count == 0, s_patience),
                $"seed {seed}, {time}: left are {string.Join("; ", With(mark))}.");
        }

        Assert.True(hasRun);
    }

    private static List<string> With(string mark)
    {
        List<string> found = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (!char.IsAsciiDigit(Path.GetFileName(folder)[0])) continue;
                if (File.ReadAllText(Path.Combine(folder, "environ")).Contains(mark, StringComparison.Ordinal))
                    found.Add(File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' '));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is another user's.
            }
        }

        return found;
    }
}

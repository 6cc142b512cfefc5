namespace Nonpaged.Guest.Tests;

/// <summary>
/// A run of the program's in the background of a guest, one at a time. It writes to /tmp/run and /tmp/log, and
/// its process id is in /tmp/pid.
/// </summary>
internal static class GuestProgram
{
    /// <summary>
    /// Waits until the process has given its memory and its files back: the first process takes note of it when the
    /// last of its threads has ended.
    /// </summary>
    private const string UntilGone = "while test -e /proc/$(cat /tmp/pid); do sleep 0.1; done";

    /// <summary>Starts one that pings for longer than any test takes, and waits until it is amid that.</summary>
    public static async Task PingAsync(Guest guest, string arguments, int nic)
    {
        int before = Answers();
        await StartAsync(guest, $"{arguments} --count 60000");
        if (!await Guest.UntilAsync(() => Task.FromResult(Answers() > before + 5)))
            Assert.Fail((await guest.RunAsync("cat /tmp/log /tmp/run")).Output);

        int Answers() => guest.Traffic(nic).Count("icmp.type == 0");
    }

    /// <summary>Starts one and waits until its pings are answered; it holds what it has until it is told to end.</summary>
    public static async Task HoldAsync(Guest guest, string arguments)
    {
        await StartAsync(guest, $"{arguments} --hold 3600");
        if (!await Guest.UntilAsync(async () => (await guest.RunAsync("grep -q holding /tmp/log")).ExitCode == 0))
            Assert.Fail((await guest.RunAsync("cat /tmp/log /tmp/run")).Output);
    }

    /// <summary>Starts one.</summary>
    public static Task StartAsync(Guest guest, string arguments) =>
        guest.DoAsync($"rm -f /tmp/run /tmp/log; nonpaged run {arguments} >/tmp/run 2>/tmp/log & echo $! >/tmp/pid");

    /// <summary>Sends it a signal and waits until it is gone. What it wrote to its standard output.</summary>
    public static async Task<GuestResult> EndAsync(Guest guest, string signal = "TERM")
    {
        await guest.DoAsync($"kill -{signal} $(cat /tmp/pid)");
        return await WaitAsync(guest);
    }

    /// <summary>Waits until it is gone. What it wrote to its standard output.</summary>
    public static Task<GuestResult> WaitAsync(Guest guest) => guest.DoAsync($"{UntilGone}; cat /tmp/run");
}

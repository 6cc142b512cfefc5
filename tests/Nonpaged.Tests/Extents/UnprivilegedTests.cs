namespace Nonpaged.Tests.Extents;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
[Collection("host memory")]
public sealed class UnprivilegedTests(ITestOutputHelper output)
{
    private static readonly string[] s_limited = ["/bin/sh", "-c", "ulimit -l 8192 && exec \"$@\"", "sh", "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
    private static readonly string[] s_capable = [.. s_limited, "--inh-caps", "+ipc_lock", "--ambient-caps", "+ipc_lock"];

    [Fact]
    public void A_user_without_privileges_or_huge_pages_has_4_MiB_pinned_in_pieces_of_2_MiB()
    {
        string answer = Ask(s_limited, 4 << 20);
        Assert.StartsWith("held collapsed memfd; pinned True; shortest range 2097152;", answer, StringComparison.Ordinal);
        Assert.Contains("PAGEMAP_SCAN", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Above_the_memlock_limit_the_user_is_told_the_limit_and_the_command_that_lifts_it()
    {
        string answer = Ask(s_limited, 16 << 20);
        Assert.StartsWith("refused 16777216 bytes cannot be pinned (ENOMEM).", answer, StringComparison.Ordinal);
        Assert.Contains("RLIMIT_MEMLOCK, 8388608 bytes", answer, StringComparison.Ordinal);
        Assert.Contains("ulimit -l unlimited", answer, StringComparison.Ordinal);
        Assert.Contains("setpriv --ambient-caps +ipc_lock", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_process_of_the_user_has_pinned_is_told_too()
    {
        SkipUnlessPossible();
        using var reserved = new HostSetting(Host.Reserved, 0);
        using var overcommit = new HostSetting(Host.Overcommit, 0);
        using var first = new HostProcess(s_limited, "any", "6291456");
        first.GoOn();
        Assert.StartsWith("held", first.ReadLine(), StringComparison.Ordinal);
        using var second = new HostProcess(s_limited, "any", "4194304");
        second.GoOn();
        string answer = second.ReadLine()!;
        output.WriteLine(answer);
        Assert.StartsWith("refused 4194304 bytes cannot be pinned (ENOMEM).", answer, StringComparison.Ordinal);
        Assert.Contains("VmPin of all processes of the user: 6291456", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void With_CAP_IPC_LOCK_the_limit_does_not_count()
    {
        Assert.StartsWith("held collapsed memfd; pinned True; shortest range 2097152;", Ask(s_capable, 16 << 20), StringComparison.Ordinal);
    }

    private string Ask(string[] before, int bytes)
    {
        SkipUnlessPossible();
        using var reserved = new HostSetting(Host.Reserved, 0);
        using var overcommit = new HostSetting(Host.Overcommit, 0);
        using var host = new HostProcess(before, "any", $"{bytes}");
        host.GoOn();
        string answer = host.ReadLine()!;
        output.WriteLine(answer);
        host.GoOn();
        if (answer.StartsWith("held", StringComparison.Ordinal)) Assert.Equal("unchanged", host.ReadLine());
        return answer;
    }

    private static void SkipUnlessPossible()
    {
        Host.SkipUnlessRoot();
        if (!File.Exists("/usr/bin/setpriv")) Assert.Skip("The other user is made by setpriv (util-linux), which is not installed.");
    }
}

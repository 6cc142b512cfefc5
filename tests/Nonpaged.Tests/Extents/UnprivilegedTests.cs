namespace Nonpaged.Tests.Extents;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
[Collection("host memory")]
public sealed class UnprivilegedTests(ITestOutputHelper output)
{
    private static readonly string[] s_limited =
    [
        "/bin/sh", "-c", "ulimit -l 8192 && exec \"$@\"", "sh", "setpriv", "--reuid", "65534", "--regid", "65534",
        "--clear-groups",
    ];
    private static readonly string[] s_capable = [.. s_limited, "--inh-caps", "+ipc_lock", "--ambient-caps", "+ipc_lock"];

    [Fact]
    public void A_user_without_privileges_or_huge_pages_has_4_MiB_pinned_in_pieces_of_2_MiB()
    {
        string answer = Ask(s_limited, 4 << 20);
        Assert.StartsWith("held collapsed memfd; pinned True; shortest range 2097152;", answer, StringComparison.Ordinal);
        Assert.Contains("PAGEMAP_SCAN", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Above_the_memlock_limit_references_in_pipes_hold_the_pages()
    {
        string answer = Ask(s_limited, 16 << 20);
        Assert.StartsWith("held collapsed memfd; pinned True; shortest range 2097152;", answer, StringComparison.Ordinal);
        Assert.Contains("pinned by a reference to each page, held in a pipe", answer, StringComparison.Ordinal);
        Assert.Contains("no long-term pin", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_for_pins_that_is_not_known_is_told_once()
    {
        string answer = Ask(Limited("8192", "NONPAGED_PINS=bogus"), 1 << 20);
        Assert.Equal(2, answer.Split("\"bogus\"").Length);
    }

    [Fact]
    public void With_64_KiB_of_memlock_and_no_io_uring_1_GiB_is_pinned()
    {
        SkipUnlessPossible();
        using var forbidden = new HostSetting("/proc/sys/kernel/io_uring_disabled", 2);
        Assert.Contains("held in a pipe", Ask(Limited("64"), 1 << 30), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_kind_of_pin_is_possible_the_reason_of_each_is_told()
    {
        SkipUnlessPossible();
        using var forbidden = new HostSetting("/proc/sys/kernel/io_uring_disabled", 2);
        string answer = Ask(Limited("64", "NONPAGED_PINS=io_uring,pipe=1M"), 4 << 20);
        Assert.StartsWith(
            "refused Memory cannot be pinned by io_uring: io_uring is not permitted here (EPERM).",
            answer,
            StringComparison.Ordinal);
        Assert.Contains("kernel.io_uring_disabled", answer, StringComparison.Ordinal);
        Assert.Contains("4194304 bytes cannot be pinned by pipe.", answer, StringComparison.Ordinal);
        Assert.Contains("NONPAGED_PINS=io_uring,pipe=1M", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_pipes_the_user_is_told_the_memlock_limit_and_the_command_that_lifts_it()
    {
        string answer = Ask(Limited("8192", "NONPAGED_PINS=io_uring"), 16 << 20);
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
        using var first = new HostProcess(Limited("8192", "NONPAGED_PINS=io_uring"), "any", "6291456");
        first.GoOn();
        Assert.StartsWith("held", first.ReadLine(), StringComparison.Ordinal);
        using var second = new HostProcess(Limited("8192", "NONPAGED_PINS=io_uring"), "any", "4194304");
        second.GoOn();
        string answer = second.ReadLine()!;
        output.WriteLine(answer);
        Assert.StartsWith("refused 4194304 bytes cannot be pinned (ENOMEM).", answer, StringComparison.Ordinal);
        Assert.Contains("VmPin of all processes of the user: 6291456", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_starts_right_after_another_of_the_user_has_ended_is_pinned_as_that_was()
    {
        SkipUnlessPossible();
        using var reserved = new HostSetting(Host.Reserved, 0);
        using var overcommit = new HostSetting(Host.Overcommit, 0);
        for (int i = 0; i < 5; i++)
        {
            using var host = new HostProcess(Limited("8192", "NONPAGED_PINS=io_uring"), "any", "6291456");
            host.GoOn();
            Assert.StartsWith("held", host.ReadLine(), StringComparison.Ordinal);
            host.GoOn();
            Assert.Equal("unchanged", host.ReadLine());
        }
    }

    [Fact]
    public void With_CAP_IPC_LOCK_the_limit_does_not_count()
    {
        Assert.StartsWith(
            "held collapsed memfd; pinned True; shortest range 2097152;", Ask(s_capable, 16 << 20), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_transparent_huge_pages_are_off_for_the_process_that_is_told()
    {
        SkipUnlessPossible();
        const int setThpDisable = 41;
        string[] disabled =
        [
            "python3", "-c",
            $"import ctypes,os,sys; ctypes.CDLL(None).prctl({setThpDisable},1,0,0,0); os.execvp(sys.argv[1],sys.argv[1:])",
            .. Limited("64"),
        ];
        using var reserved = new HostSetting(Host.Reserved, 0);
        using var overcommit = new HostSetting(Host.Overcommit, 0);
        using var host = new HostProcess(disabled, "Collapsed", $"{4 << 20}");
        host.GoOn();
        string answer = host.ReadLine()!;
        output.WriteLine(answer);
        Assert.Contains("transparent huge pages are off for this process", answer, StringComparison.Ordinal);
        Assert.Contains("THP_enabled", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("compact_memory", answer, StringComparison.Ordinal);
    }

    private static string[] Limited(string memlock, string environment = "NONPAGED_PINS=io_uring,pipe") =>
        ["/bin/sh", "-c", $"ulimit -l {memlock} && export {environment} && exec \"$@\"", "sh", .. s_limited[4..]];

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
        if (!File.Exists("/usr/bin/setpriv"))
            Assert.Skip("The other user is made by setpriv (util-linux), which is not installed.");
    }
}

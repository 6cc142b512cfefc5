using System.Globalization;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>Plain C programs against libndis where things go wrong: forks, the limit of mappings, bad frees.</summary>
public sealed class ProgramTests(ProgramTests.Sdk sdk) : IClassFixture<ProgramTests.Sdk>
{
    [Theory]
    [InlineData("calls")]
    [InlineData("again")]
    [InlineData("thread")]
    [InlineData("busy")]
    [InlineData("daemon")]
    public void In_a_forked_child_each_call_fails_and_nothing_of_the_parent_is_kept(string mode)
    {
        foreach (string pins in new[] { "io_uring,pipe", "pipe" })
        {
            CommandResult ran = Command.Run(
                sdk.Build("forks"), new Dictionary<string, string> { ["NONPAGED_PINS"] = pins }, [mode]);
            Assert.True(ran is { ExitCode: 0, Output: "ok\n" }, $"{pins}: {ran.Output}{ran.Error}");
        }
    }

    [Fact]
    public void A_child_forked_before_the_first_call_has_memory_of_its_own()
    {
        CommandResult ran = Command.Run(sdk.Build("forks"), ["fresh"]);
        Assert.True(ran is { ExitCode: 0, Output: "ok\n" }, ran.Output + ran.Error);
    }

    [Fact]
    public void A_forked_child_says_once_why_its_calls_fail()
    {
        CommandResult ran = Logged("forks", "stderr", "calls");
        Assert.Equal(0, ran.ExitCode);
        string line = Assert.Single(ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("is a child of fork(2)", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("3")]
    [InlineData("4")]
    [InlineData("5")]
    [InlineData("8")]
    [InlineData("16")]
    [InlineData("40")]
    [InlineData("120")]
    [InlineData("200")]
    public void With_few_mappings_left_calls_fail_and_succeed_when_there_is_room_again(string left)
    {
        foreach (string[] arguments in new string[][] { [left], [left, "used"] })
        {
            CommandResult ran = Command.Run(sdk.Build("mappings"), arguments);
            Assert.SkipWhen(ran.Output == "no limit\n", "needs a vm.max_map_count below 4,000,000");
            bool isOk = ran.ExitCode == 0 && ran.Output.StartsWith("ok", StringComparison.Ordinal);
            Assert.True(isOk, $"{ran.ExitCode} {string.Join(' ', arguments)}: {ran.Output}{ran.Error}");
        }
    }

    [Theory]
    [InlineData("first")]
    [InlineData("late")]
    public void A_program_that_locks_all_of_its_memory_fills_nothing_that_is_only_reserved(string when)
    {
        string program = sdk.Build("locks");
        using var group = MemoryGroup.Create(1L << 30);
        CommandResult ran = group.Run(program, when);
        Assert.True(ran.ExitCode == 0, $"{ran.ExitCode}: {ran.Output}{ran.Error}");
        Assert.SkipWhen(
            ran.Output == "no zero page\n",
            "This machine's kernel gives memory that is only read pages of its own, and not the zero page.");
        long[] kibibytes = [.. ran.Output.Split(' ').Select(figure => long.Parse(figure, CultureInfo.InvariantCulture))];
        Assert.All(kibibytes, figure => Assert.InRange(figure, 1, 200 << 10));
    }

    [Fact]
    public void A_million_double_frees_leave_seven_lines_and_no_memory_taken()
    {
        CommandResult ran = Logged("messages", "stderr", "double");
        Assert.Equal(0, ran.ExitCode);
        string[] lines = ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(7, lines.Length);
        Assert.StartsWith("program: NdisFreeMemory: 0x", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("(1000000 times so far)", lines[^1], StringComparison.Ordinal);
        Assert.InRange(
            long.Parse(ran.Output, CultureInfo.InvariantCulture), long.MinValue, (48 << 10) + KibibytesOfCache());
    }

    /// <summary>Before the runtime looks for garbage it allocates about as much as the processor's last cache holds.</summary>
    private static long KibibytesOfCache()
    {
        const string Size = "/sys/devices/system/cpu/cpu0/cache/index3/size";
        return File.Exists(Size) ? long.Parse(File.ReadAllText(Size).Trim().TrimEnd('K'), CultureInfo.InvariantCulture) : 0;
    }

    [Fact]
    public void A_log_file_gets_failures_with_reason_limit_and_remedy()
    {
        string log = Path.Combine(sdk.Folder, "log");
        File.WriteAllText(log, "before\n");
        CommandResult ran = Logged("messages", log, "handler");
        Assert.True(ran is { ExitCode: 0, Error: "" }, ran.Error);
        string text = File.ReadAllText(log);
        Assert.StartsWith("before\nprogram: NdisFreeMemory: 0x", text, StringComparison.Ordinal);
        Assert.Matches("program: NdisAllocateMemory failed: [^\n]+ Limit: [^\n]+ Remedy: [^\n]+\n", text);
    }

    [Fact]
    public void The_handler_hears_reports_by_powers_of_ten_and_failures_until_it_is_taken_away()
    {
        CommandResult ran = Command.Run(sdk.Build("messages"), ["handler"]);
        Assert.True(ran is { ExitCode: 0, Error: "" }, ran.Error);
        string[] lines = ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Matches(@"^2 FreeOfForeign NdisFreeMemory 0x\w+ is in the pool.*\|\|\|1 1$", lines[0]);
        Assert.Matches(@"^2 FreeOfForeign NdisFreeMemory .*\|\|\|10 1$", lines[1]);
        Assert.Matches(@"^1 \w+ NdisAllocateMemory .+\|.+\|.+\|1 1$", lines[2]);
        Assert.Matches(@"^1 \w+ NdisAllocateMemory .+\|.+\|.+\|1 1$", lines[3]);
    }

    [Fact]
    public void Bad_frees_of_many_addresses_on_many_threads_are_heard_a_bounded_number_of_times()
    {
        CommandResult ran = Logged("messages", "stderr", "threads");
        Assert.Equal(0, ran.ExitCode);
        Assert.InRange(long.Parse(ran.Output, CultureInfo.InvariantCulture), 1000, 1100);
        Assert.InRange(ran.Error.Split('\n').Length, 1000, 1100);
        Assert.Contains("a further message of this kind", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thread_that_only_frees_has_magazines_and_each_block_tells_its_usable_size()
    {
        CommandResult ran = Command.Run(sdk.Build("sizes"), []);
        Assert.True(ran is { ExitCode: 0, Output: "ok\n" }, ran.Output + ran.Error);
    }

    [Fact]
    public void The_library_has_the_symbols_of_its_headers_and_no_others()
    {
        sdk.Build("messages");
        CommandResult symbols = Command.Run("nm", ["-D", "--defined-only", Path.Combine(sdk.Folder, "sdk", "libndis.so")]);
        IEnumerable<string> names = symbols.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')[^1].Split('@')[0]);
        Assert.DoesNotContain(names, name => name.StartsWith("Managed", StringComparison.Ordinal));
        Assert.Equal(26, names.Count(name => name != "V1.0"));
    }

    private CommandResult Logged(string program, string log, string mode) =>
        Command.Run(sdk.Build(program), new Dictionary<string, string> { ["NONPAGED_LOG"] = log }, [mode]);

    public sealed class Sdk : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-programs-");
        private readonly Lock _lock = new();

        public string Folder => _folder.FullName;

        /// <summary>Compiles a program of Drivers/ once.</summary>
        public string Build(string name)
        {
            Assert.SkipUnless(File.Exists("/usr/bin/pkg-config"), "needs pkg-config (apt-get install pkg-config)");
            string folder = Path.Combine(Folder, "sdk");
            string program = Path.Combine(Folder, name);
            lock (_lock)
            {
                if (!Directory.Exists(folder))
                {
                    CommandResult written = Command.Run(Path.Combine(Repository.Root, "nonpaged"), ["sdk", folder]);
                    Assert.True(written.ExitCode == 0, written.Output + written.Error);
                }

                if (File.Exists(program)) return program;
                string source = Path.Combine(Repository.Root, "tests/Nonpaged.Ndis.Host.Tests/Drivers", $"{name}.c");
                var environment = new Dictionary<string, string> { ["PKG_CONFIG_PATH"] = folder };
                CommandResult built = Command.Run("/bin/sh", environment, [
                    "-c",
                    $"cc -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -pthread '{source}' "
                        + $"$(pkg-config --cflags --libs ndis) -o '{program}'"]);
                Assert.True(built.ExitCode == 0, built.Error);
                return program;
            }
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}

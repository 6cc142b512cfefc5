using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Nonpaged.Cli.Tests.Doctor;

public sealed class DoctorTests
{
    [Fact]
    public void Every_check_tells_its_status_what_was_found_and_what_it_means()
    {
        CliResult result = CliProgram.Run("doctor", "--json");
        Assert.Equal(0, result.ExitCode);
        List<JsonElement> checks = [.. result.Json.GetProperty("checks").EnumerateArray()];
        Assert.NotEmpty(checks);
        foreach (JsonElement check in checks)
        {
            Assert.Equal(
                ["name", "status", "required", "found", "meaning", "remedy"],
                check.EnumerateObject().Select(member => member.Name));
            Assert.Contains(check.GetProperty("status").GetString(), new[] { "ok", "warn", "missing" });
            foreach (string member in new[] { "name", "required", "found", "meaning" })
                Assert.NotEmpty(check.GetProperty(member).GetString()!);
        }

        string[] expected =
        [
            "hugepages on demand", "transparent hugepages", "THP in memory files", "collapse to 2 MiB", "PAGEMAP_SCAN",
            "pin (io_uring)", "pin (splice)", "pin (vmsplice)", "pipe slots", "compaction",
            "memlock limit",
            "frame numbers", "memory limit", "hugepages limit", "swap", "max_map_count", "NUMA nodes", "AF_XDP",
            "memlock for AF_XDP", "TAP interfaces", "IOMMU groups", "VFIO", "QEMU", "container",
        ];
        Assert.Empty(expected.Except(checks.Select(check => check.GetProperty("name").GetString()!)));
    }

    [Fact]
    public void Looking_changes_no_setting()
    {
        string before = Settings();
        CliProgram.Run("doctor");
        Assert.Equal(before, Settings());
    }

    [Fact]
    public void A_missing_QEMU_is_told_with_the_command_that_installs_it()
    {
        // setpriv is not involved: only the search path is another one.
        using Process process = CliProgram.StartProcess(
            "/usr/bin/env", ["PATH=/nowhere", CliProgram.Dotnet, CliProgram.Assembly, "doctor", "--json"]);
        JsonElement check = Find(CliProgram.Finish(process), "QEMU");
        Assert.Equal("missing", check.GetProperty("status").GetString());
        Assert.Contains("apt-get install", check.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_ordinary_user_is_told_that_frame_numbers_are_hidden_and_how_to_see_them()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to become another user");
        JsonElement check = Find(CliProgram.RunAsNobody("doctor", "--json"), "frame numbers");
        Assert.Equal("warn", check.GetProperty("status").GetString());
        Assert.Matches("^sudo setpriv|SYS_ADMIN", check.GetProperty("remedy").GetString());
        Assert.Equal("ok", Find(CliProgram.Run("doctor", "--json"), "frame numbers").GetProperty("status").GetString());
    }

    [Fact]
    public void The_tightest_memory_limit_and_the_memlock_limit_are_those_of_the_process()
    {
        using Process process = CliProgram.StartProcess(
            "prlimit", ["--memlock=4194304:4194304", CliProgram.Dotnet, CliProgram.Assembly, "doctor", "--json"]);
        Assert.Contains(
            "soft 4 MiB, hard 4 MiB",
            Find(CliProgram.Finish(process), "memlock limit").GetProperty("found").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_pipe_each_remedy_stands_whole_on_a_line_of_its_own()
    {
        // Some remedies have figures of what is in use, by other programs too: what is found before and
        // after is the same but for chance.
        string[] remedies = Remedies();
        for (int tries = 1; ; tries++)
        {
            CliResult result = CliProgram.Run("doctor");
            string[] before = remedies;
            remedies = Remedies();
            if (!before.SequenceEqual(remedies) && tries < 10) continue;
            Assert.Equal(0, result.ExitCode);
            Assert.DoesNotContain('\e', result.Output);
            string[] lines = result.Output.Split('\n');
            foreach (string remedy in remedies) Assert.Contains($"    {remedy}", lines);
            return;
        }
    }

    private static string[] Remedies() =>
    [
        .. CliProgram.Run("doctor", "--json").Json.GetProperty("checks").EnumerateArray()
            .Where(check => check.GetProperty("status").GetString() != "ok")
            .Select(check => check.GetProperty("remedy").GetString())
            .OfType<string>(),
    ];

    private static JsonElement Find(CliResult result, string name) =>
        result.Json.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == name);

    // The kernel counts pages that it made on demand, for whichever program, among those of its pool:
    // what was set is the difference.
    private static string Settings()
    {
        IEnumerable<string> pools = Directory.EnumerateDirectories("/sys/kernel/mm/hugepages").Order()
            .Select(pool => $"{pool} {SetFor(pool)}");
        string[] files =
        [
            .. Directory.EnumerateFiles("/sys/kernel/mm/hugepages", "nr_overcommit_hugepages", SearchOption.AllDirectories)
                .Order(),
            "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/kernel/mm/transparent_hugepage/shmem_enabled",
            "/proc/sys/kernel/io_uring_disabled",
        ];
        return string.Join('\n', pools.Concat(files.Where(File.Exists).Select(file => $"{file} {File.ReadAllText(file)}")));

        static long Number(string file) => long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);

        static long SetFor(string pool)
        {
            while (true)
            {
                (long surplus, long all) = (Number($"{pool}/surplus_hugepages"), Number($"{pool}/nr_hugepages"));
                if (Number($"{pool}/surplus_hugepages") == surplus) return all - surplus;
            }
        }
    }
}

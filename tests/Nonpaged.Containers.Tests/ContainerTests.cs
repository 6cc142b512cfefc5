using System.Text.Json;
using Nonpaged.Ndis.Host.Tests;

namespace Nonpaged.Containers.Tests;

/// <summary>
/// What a container without any privilege gets, with the filters of system calls that Docker and Podman use when nobody asks for
/// another.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ContainerTests(Programs programs) : IClassFixture<Programs>
{
    private const long Small = 64L << 20;
    private const long Large = 256L << 20;

    [Theory]
    [InlineData("docker", Large)]
    [InlineData("docker", Small)]
    [InlineData("podman", Large)]
    [InlineData("podman", Small)]
    public void A_C_program_s_blocks_stay_while_compaction_moves_what_is_around_them(string profile, long memory) =>
        AttackFromOutside(new ContainerOptions { Profile = profile, Memory = memory });

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public void So_do_blocks_in_pages_of_4_KiB_where_there_are_no_larger_ones(string profile)
    {
        Container.SkipUnlessPossible(profile);
        using var none = new NoHugepages();
        AttackFromOutside(new ContainerOptions { Profile = profile, Memory = Small }, "4K");
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public void Two_MiB_in_one_physical_range_are_pinned(string profile)
    {
        JsonElement obtained = Allocate(new ContainerOptions { Profile = profile });
        JsonElement range = Assert.Single(obtained.GetProperty("physicalRanges").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, range.GetProperty("start").ValueKind);
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public void A_driver_pings_and_leaves_nothing_outstanding(string profile)
    {
        Assert.SkipUnless(
            File.Exists("/usr/bin/qemu-system-x86_64"),
            "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        CommandResult result = Run(profile, "run", "--count", "10", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement run = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(10, run.GetProperty("ping").GetProperty("received").GetInt32());
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
    }

    [Fact]
    public void Doctor_sees_that_it_is_in_a_container_and_that_one_s_own_limit_of_memory()
    {
        CommandResult result = Run("docker", "doctor", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        var found = JsonDocument.Parse(result.Output).RootElement.GetProperty("checks").EnumerateArray()
            .ToDictionary(check => check.GetProperty("name").GetString()!, check => check.GetProperty("found").GetString()!);
        Assert.StartsWith("256 MiB", found["memory limit"], StringComparison.Ordinal);
        Assert.Equal("a container, with a seccomp filter", found["container"]);
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public void With_CAP_SYS_ADMIN_root_sees_physical_addresses(string profile)
    {
        JsonElement obtained = Allocate(new ContainerOptions { Profile = profile, Capabilities = ["CAP_SYS_ADMIN"] });
        JsonElement range = Assert.Single(obtained.GetProperty("physicalRanges").EnumerateArray());
        Assert.Equal(JsonValueKind.String, range.GetProperty("start").ValueKind);
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public void With_io_uring_and_memory_to_lock_a_user_has_long_term_pins(string profile)
    {
        JsonElement obtained = Allocate(new ContainerOptions { Profile = profile, IoUring = true, Memlock = 8 << 20 });
        Assert.Contains("io_uring", obtained.GetProperty("evidence").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_profiles_forbid_is_forbidden_and_nothing_of_a_container_is_left()
    {
        Container.SkipUnlessPossible("docker");
        const string Look =
            "grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; ulimit -l; echo ready; read line";
        var options = new ContainerOptions { Profile = "docker" };
        using (var container = new Container(options, programs.Folders, "/bin/sh", "-c", Look))
        {
            string[] lines = [.. container.WaitUntilReady().Select(line => string.Join(' ', line.Split('\t')))];
            const string None = "0000000000000000";
            const string User = "Uid: 65534 65534 65534 65534";
            Assert.Equal([User, $"CapEff: {None}", $"CapBnd: {None}", "NoNewPrivs: 1", "Seccomp: 2", "64"], lines);
            Assert.NotEmpty(ControlGroups());
        }

        // The kernel takes a group away when the last of its processes is reaped, which may be a moment later.
        SpinWait.SpinUntil(() => !ControlGroups().Any(), TimeSpan.FromSeconds(5));
        Assert.Empty(ControlGroups());
        Assert.DoesNotContain("nonpaged-container-", File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    // The program says where its blocks are, and looks at the end whether they are as it wrote them.
    private void AttackFromOutside(ContainerOptions options, params string[] arguments)
    {
        Container.SkipUnlessPossible(options.Profile);
        using var fragments = new Fragments(programs.Fragments);
        using var container = new Container(options, programs.Folders, ["/program/pinned", .. arguments]);
        (ulong Address, ulong Length)[] blocks = [.. container.WaitUntilReady().Select(Frames.Parse)];
        Dictionary<ulong, ulong> before = Frames.Of(container.ProcessId, blocks);
        Assert.True(HasCompactionMoved(), "Compaction moved nothing at all, so that nothing is shown.");
        Assert.DoesNotContain(0UL, before.Values);
        Assert.Equal(0, Frames.Moved(before, Frames.Of(container.ProcessId, blocks)));
        Assert.True(HeldPages.Of(container.ProcessId) > 0, "The program holds no page by a pipe.");
        container.GoOn();
        CommandResult result = container.WaitForEnd();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    // It moves pages from the start of memory to its end: what lies at the end already stays, and is followed by more.
    private bool HasCompactionMoved()
    {
        const int Most = 8;
        var more = new List<Fragments>();
        try
        {
            while (Compaction.Run() == 0)
            {
                if (more.Count == Most) return false;
                more.Add(new Fragments(programs.Fragments));
            }

            return true;
        }
        finally
        {
            more.ForEach(one => one.Dispose());
        }
    }

    private static IEnumerable<string> ControlGroups() => Directory.EnumerateDirectories(
        "/sys/fs/cgroup",
        $"{Container.Prefix}*",
        new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4, IgnoreInaccessible = true });

    // Two MiB in one physical range, pinned.
    private JsonElement Allocate(ContainerOptions options)
    {
        CommandResult result = Run(options, "alloc", "--length", "2M", "--contiguous", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement obtained = JsonDocument.Parse(result.Output).RootElement.GetProperty("obtained");
        Assert.True(obtained.GetProperty("pinned").GetBoolean(), result.Output);
        Assert.True(obtained.GetProperty("contiguous").GetBoolean(), result.Output);
        return obtained;
    }

    private CommandResult Run(string profile, params string[] arguments) =>
        Run(new ContainerOptions { Profile = profile }, arguments);

    private CommandResult Run(ContainerOptions options, params string[] arguments)
    {
        Container.SkipUnlessPossible(options.Profile);
        string[] command = ["/dotnet/dotnet", "/nonpaged/Nonpaged.Cli.dll", .. arguments];
        using var container = new Container(options, programs.Folders, command);
        return container.WaitForEnd();
    }
}

using System.Text.Json;
using Nonpaged.Ndis.Host.Tests;

namespace Nonpaged.Containers.Tests;

/// <summary>What a container without any privilege gets, with the filters of system calls that Docker and Podman use when nobody asks for another.</summary>
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
    public void A_C_program_s_blocks_stay_where_they_are_while_compaction_moves_what_is_around_them(string profile, long memory)
    {
        Container.SkipUnlessPossible(profile);
        using var fragments = new Fragments(programs.Fragments);
        using var container = new Container(new ContainerOptions { Profile = profile, Memory = memory }, programs.Folders, "/program/pinned");
        (ulong Address, ulong Length)[] blocks = [.. container.WaitUntilReady().Select(Frames.Parse)];
        Dictionary<ulong, ulong> before = Frames.Of(container.ProcessId, blocks), around = fragments.Look();
        Compaction.Run();
        int moved = Frames.Moved(around, fragments.Look());
        Assert.True(moved > 0, "Compaction moved nothing at all, so that nothing is shown.");
        Assert.DoesNotContain(0UL, before.Values);
        Assert.Equal(0, Frames.Moved(before, Frames.Of(container.ProcessId, blocks)));
        Assert.True(HeldPages.Of(container.ProcessId) > 0, "The program holds no page by a pipe.");
        container.GoOn();
        CommandResult result = container.WaitForEnd();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public void Two_MiB_in_one_physical_range_are_pinned(string profile)
    {
        CommandResult result = Run(profile, "alloc", "--length", "2M", "--contiguous", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement obtained = JsonDocument.Parse(result.Output).RootElement.GetProperty("obtained");
        Assert.True(obtained.GetProperty("pinned").GetBoolean(), result.Output);
        Assert.True(obtained.GetProperty("contiguous").GetBoolean(), result.Output);
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public void A_driver_pings_and_leaves_nothing_outstanding(string profile)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/qemu-system-x86_64"), "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
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
        Dictionary<string, string> found = JsonDocument.Parse(result.Output).RootElement.GetProperty("checks").EnumerateArray()
            .ToDictionary(check => check.GetProperty("name").GetString()!, check => check.GetProperty("found").GetString()!);
        Assert.StartsWith("256 MiB", found["memory limit"], StringComparison.Ordinal);
        Assert.Equal("a container, with a seccomp filter", found["container"]);
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public void With_CAP_SYS_ADMIN_root_sees_physical_addresses(string profile)
    {
        CommandResult result = Run(new ContainerOptions { Profile = profile, Capabilities = ["CAP_SYS_ADMIN", "CAP_IPC_LOCK"], IoUring = true }, "alloc", "--length", "2M", "--contiguous", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Single(JsonDocument.Parse(result.Output).RootElement.GetProperty("obtained").GetProperty("physicalRanges").EnumerateArray());
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public void With_io_uring_and_memory_to_lock_a_user_has_long_term_pins(string profile)
    {
        CommandResult result = Run(new ContainerOptions { Profile = profile, IoUring = true, Memlock = 8 << 20 }, "alloc", "--length", "2M", "--contiguous", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement obtained = JsonDocument.Parse(result.Output).RootElement.GetProperty("obtained");
        Assert.True(obtained.GetProperty("pinned").GetBoolean(), result.Output);
        Assert.Contains("io_uring", obtained.GetProperty("evidence").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_profiles_forbid_is_forbidden_and_nothing_of_a_container_is_left()
    {
        Container.SkipUnlessPossible("docker");
        using (var container = new Container(new ContainerOptions { Profile = "docker" }, programs.Folders, "/bin/sh", "-c", "grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; ulimit -l; echo ready; read line"))
        {
            string[] lines = [.. container.WaitUntilReady().Select(line => string.Join(' ', line.Split('\t')))];
            Assert.Equal(["Uid: 65534 65534 65534 65534", "CapEff: 0000000000000000", "CapBnd: 0000000000000000", "NoNewPrivs: 1", "Seccomp: 2", "64"], lines);
            Assert.NotEmpty(ControlGroups());
        }

        Assert.Empty(ControlGroups());
        Assert.DoesNotContain("nonpaged-container-", File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> ControlGroups() => Directory.EnumerateDirectories(
        "/sys/fs/cgroup", $"{Container.Prefix}*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4, IgnoreInaccessible = true });

    private CommandResult Run(string profile, params string[] arguments) => Run(new ContainerOptions { Profile = profile }, arguments);

    private CommandResult Run(ContainerOptions options, params string[] arguments)
    {
        Container.SkipUnlessPossible(options.Profile);
        using var container = new Container(options, programs.Folders, ["/dotnet/dotnet", "/nonpaged/Nonpaged.Cli.dll", .. arguments]);
        return container.WaitForEnd();
    }
}

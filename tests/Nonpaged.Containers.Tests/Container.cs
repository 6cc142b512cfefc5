using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Nonpaged.Ndis.Host.Tests;

namespace Nonpaged.Containers.Tests;

/// <summary>
/// A container as Docker and Podman make them, by their own runtime, of this machine's programs: no image, no network. It is gone
/// when this is disposed of, however its program ended.
/// </summary>
internal sealed class Container : IDisposable
{
    public const string Prefix = "nonpaged-test-";

    private static readonly string[] s_namespaces = ["pid", "ipc", "uts", "mount", "network", "cgroup"];
    private static readonly string[] s_systemFolders = ["/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc"];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _bundle = Directory.CreateTempSubdirectory("nonpaged-container-");
    private readonly string _id = $"{Prefix}{Guid.NewGuid():N}";
    private readonly Process _runtime;
    private readonly Task<string> _error;

    /// <summary>Starts it.</summary>
    /// <param name="options">What it is given.</param>
    /// <param name="folders">What it sees, read-only, beside the system's: where, and what.</param>
    /// <param name="command">Its program, as it is called inside.</param>
    public Container(ContainerOptions options, IReadOnlyDictionary<string, string> folders, params string[] command)
    {
        Directory.CreateDirectory(Path.Combine(_bundle.FullName, "rootfs"));
        File.WriteAllText(Path.Combine(_bundle.FullName, "config.json"), Configuration(options, folders, command).ToJsonString());
        string[] run = ["--root", State, "run", "--bundle", _bundle.FullName, "--pid-file", PidFile, _id];
        var start = new ProcessStartInfo("runc", run)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _runtime = Process.Start(start)!;
        _error = _runtime.StandardError.ReadToEndAsync();
    }

    /// <summary>
    /// What was wrong: the program's own words, the runtime's, and the kernel's where it was ended for its memory.
    /// </summary>
    public string Error => _error.Wait(s_patience) ? _error.Result : "";

    /// <summary>The program's id outside. The runtime may write it a moment after the program began.</summary>
    public int ProcessId
    {
        get
        {
            int id = 0;
            Assert.True(
                SpinWait.SpinUntil(() => File.Exists(PidFile) && int.TryParse(File.ReadAllText(PidFile), out id), s_patience),
                "The runtime wrote no process id.");
            return id;
        }
    }

    private string State => Path.Combine(_bundle.FullName, "state");

    private string PidFile => Path.Combine(_bundle.FullName, "pid");

    /// <summary>The dotnet of this test, in a container.</summary>
    public static KeyValuePair<string, string> Dotnet { get; } =
        new("/dotnet", Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")));

    public static void SkipUnlessPossible(string profile)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to make containers");
        Assert.SkipUnless(File.Exists("/usr/sbin/runc") || File.Exists("/usr/bin/runc"), "needs runc (apt-get install runc)");
        Assert.SkipUnless(
            profile != "podman" || File.Exists(SeccompProfile.PodmanFile),
            $"needs {SeccompProfile.PodmanFile} (apt-get install golang-github-containers-common)");
    }

    /// <summary>The lines that the program writes until it says that it is ready.</summary>
    public List<string> WaitUntilReady()
    {
        var lines = new List<string>();
        using var limit = new CancellationTokenSource(s_patience);
        while (true)
        {
            string? line = Await(_runtime.StandardOutput.ReadLineAsync(limit.Token).AsTask());
            if (line == "ready") return lines;
            if (line is null)
                Assert.Fail($"The program ended with exit code {WaitForEnd().ExitCode}. {string.Join('\n', lines)} {Error}");
            lines.Add(line);
        }
    }

    /// <summary>Ends the program's wait.</summary>
    public void GoOn() => _runtime.StandardInput.WriteLine();

    /// <summary>What is left of its output, and how it ended.</summary>
    public CommandResult WaitForEnd()
    {
        _runtime.StandardInput.Close();
        string output = Await(_runtime.StandardOutput.ReadToEndAsync());
        Assert.True(_runtime.WaitForExit(s_patience), $"The container did not end within {s_patience}. {output}");
        return new CommandResult(_runtime.ExitCode, output, Error);
    }

    public void Dispose()
    {
        try
        {
            _runtime.StandardInput.Dispose();
        }
        catch (IOException)
        {
            // The program has ended, and reads no more.
        }

        try
        {
            // It ends what still runs, and removes the control groups. One that ended by itself is not there any more, and one
            // that is about to start not yet.
            for (int i = 0; i < 100 && !_runtime.WaitForExit(TimeSpan.FromMilliseconds(i)); i++) Remove();
            if (!_runtime.HasExited) _runtime.Kill(entireProcessTree: true);
            Remove();
        }
        finally
        {
            _runtime.Dispose();
            _bundle.Delete(recursive: true);
        }
    }

    private void Remove() => Command.Run("runc", "--root", State, "delete", "--force", _id);

    private static T Await<T>(Task<T> task)
    {
        try
        {
            Assert.True(task.Wait(s_patience), $"The container's program wrote nothing for {s_patience}.");
        }
        catch (AggregateException exception) when (exception.InnerException is OperationCanceledException)
        {
            Assert.Fail($"The container's program wrote nothing for {s_patience}.");
        }

        return task.Result;
    }

    // As docker run writes it; runtime-spec, config.md and config-linux.md.
    private JsonObject Configuration(
        ContainerOptions options, IReadOnlyDictionary<string, string> folders, string[] command) => new()
        {
            ["ociVersion"] = "1.0.2",
            ["hostname"] = "nonpaged",
            ["root"] = new JsonObject { ["path"] = "rootfs", ["readonly"] = true },
            ["process"] = new JsonObject
            {
                ["terminal"] = false,
                ["user"] = new JsonObject { ["uid"] = options.User, ["gid"] = options.User },
                ["args"] = Texts(command),
                ["env"] = Texts(Variables),
                ["cwd"] = "/",
                ["capabilities"] = new JsonObject
                {
                    ["bounding"] = Texts(options.Capabilities),
                    ["effective"] = Texts(options.Capabilities),
                    ["permitted"] = Texts(options.Capabilities),
                    ["inheritable"] = new JsonArray(),
                    ["ambient"] = new JsonArray(),
                },
                ["noNewPrivileges"] = true,
                ["rlimits"] = new JsonArray(Limit("RLIMIT_MEMLOCK", options.Memlock), Limit("RLIMIT_NOFILE", 1024)),
            },
            ["mounts"] = new JsonArray([.. SystemMounts, .. folders.Select(folder => Bind(folder.Value, folder.Key))]),
            ["linux"] = new JsonObject
            {
                ["cgroupsPath"] = $"/{_id}",
                ["namespaces"] = new JsonArray([.. s_namespaces.Select(name => new JsonObject { ["type"] = name })]),
                ["resources"] = new JsonObject
                {
                    ["memory"] = new JsonObject { ["limit"] = options.Memory },
                    ["devices"] = new JsonArray(new JsonObject { ["allow"] = false, ["access"] = "rwm" }),
                },
                ["seccomp"] = SeccompProfile.Of(options),
                ["maskedPaths"] = Texts(
                "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
                "/proc/sched_debug", "/proc/scsi", "/sys/firmware"),
                ["readonlyPaths"] = Texts("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"),
            },
        };

    // What looks for processes that tests left knows them by the last.
    private static string[] Variables =>
    [
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp", "LD_LIBRARY_PATH=/sdk", "DOTNET_NOLOGO=1", "NONPAGED_LOG=stderr",
        $"NONPAGED_CI_RUN={Environment.GetEnvironmentVariable("NONPAGED_CI_RUN")}",
    ];

    private static IEnumerable<JsonObject> SystemMounts =>
    [
        Mount("proc", "proc", "/proc", "nosuid", "noexec", "nodev"),
        Mount("tmpfs", "tmpfs", "/dev", "nosuid", "strictatime", "mode=755", "size=65536k"),
        Mount("devpts", "devpts", "/dev/pts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"),
        Mount("tmpfs", "shm", "/dev/shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
        Mount("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro"),
        Mount("cgroup", "cgroup", "/sys/fs/cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"),
        Mount("tmpfs", "tmpfs", "/tmp", "nosuid", "nodev", "mode=1777"),
        .. s_systemFolders.Where(Directory.Exists).Select(folder => Bind(folder, folder)),
    ];

    private static JsonObject Bind(string source, string target) =>
        Mount("bind", source, target, "rbind", "ro", "nosuid", "nodev");

    private static JsonObject Mount(string type, string source, string target, params string[] options) => new()
    {
        ["destination"] = target,
        ["type"] = type,
        ["source"] = source,
        ["options"] = Texts(options),
    };

    private static JsonObject Limit(string name, long value) => new() { ["type"] = name, ["hard"] = value, ["soft"] = value };

    private static JsonArray Texts(params string[] texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}

namespace Nonpaged.Cli.Tests.Doctor;

/// <summary>A folder that stands for /, with the files that a test writes into it.</summary>
internal sealed class FakeSystem : IDisposable
{
    public const string AllCapabilities = "000001ffffffffff";
    public const string NoCapabilities = "0000000000000000";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("nonpaged-doctor-");

    public FakeProbe Probe { get; init; } = new();

    public bool IsRoot { get; init; }

    public Dictionary<string, string> Environment { get; } = [];

    public FakeSystem Write(string path, string text)
    {
        string file = _root.FullName + path;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"{text}\n");
        return this;
    }

    public FakeSystem Write(string path, long number) => Write(path, $"{number}");

    public FakeSystem Link(string path, string target)
    {
        string file = _root.FullName + path;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.CreateSymbolicLink(file, target);
        return this;
    }

    /// <summary>A process's /proc/PID/status.</summary>
    public FakeSystem Process(
        string pid = "self",
        int user = 1000,
        string capabilities = NoCapabilities,
        int seccomp = 0,
        long pinned = 0,
        long locked = 0) => Write(
        $"/proc/{pid}/status",
        $"Name:\tx\nUid:\t{user}\t{user}\t{user}\t{user}\nVmLck:\t{locked,8} kB\nVmPin:\t{pinned,8} kB\nCapEff:\t{capabilities}\n"
            + $"Seccomp:\t{seccomp}");

    /// <summary>
    /// The process's control groups, and where hierarchies are mounted: "cgroup2 /sys/fs/cgroup /" or "cgroup,memory,cpu
    /// /sys/fs/cgroup/memory /" is type and controllers, mount point, and the group at it.
    /// </summary>
    public FakeSystem Groups(string membership, params string[] mounts)
    {
        Write("/proc/self/cgroup", membership);
        IEnumerable<string> lines = mounts.Select((mount, i) =>
        {
            string[] words = mount.Split(' ');
            string[] controllers = words[0].Split(',');
            string options = string.Join(',', ["rw", .. controllers[1..]]);
            return $"{30 + i} 24 0:{30 + i} {words[2]} {words[1]} rw,nosuid shared:{30 + i} - {controllers[0]} x {options}";
        });
        return Write("/proc/self/mountinfo", string.Join('\n', ["24 1 254:0 / / rw - ext4 /dev/vda rw", .. lines]));
    }

    public FakeSystem Variable(string name, string value)
    {
        Environment[name] = value;
        return this;
    }

    public Surroundings Look() => new(new SystemFiles(_root.FullName), Probe, Environment.GetValueOrDefault, IsRoot);

    /// <summary>The one check of that name, all of whose texts are there.</summary>
    public Check Check(string name)
    {
        Check check = Assert.Single(Examination.Of(Look()).SelectMany(group => group.Checks), check => check.Name == name);
        Assert.All([check.Required, check.Found, check.Meaning], Assert.NotEmpty);
        return check;
    }

    /// <summary>The same, of a status.</summary>
    public Check Check(string name, CheckStatus status)
    {
        Check check = Check(name);
        Assert.True(check.Status == status, $"{check}");
        return check;
    }

    public void Dispose() => _root.Delete(recursive: true);
}

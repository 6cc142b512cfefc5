using System.Text.Json.Nodes;

namespace Nonpaged.Containers.Tests;

/// <summary>
/// A filter of system calls as an OCI runtime reads it (runtime-spec, config-linux.md), for a process with some capabilities on
/// x86-64.
/// </summary>
internal static class SeccompProfile
{
    /// <summary>Where Debian's golang-github-containers-common has Podman's.</summary>
    public const string PodmanFile = "/usr/share/containers/seccomp.json";

    private const int Eperm = 1;
    private const int Enosys = 38;

    // What Docker's default profile forbids a process without capabilities (docs.docker.com, Seccomp security profiles), as of
    // Docker 25, which took io_uring out.
    private static readonly string[] s_forbiddenByDocker =
    [
        "acct", "add_key", "bpf", "chroot", "clock_settime", "create_module", "delete_module", "fanotify_init", "finit_module",
        "fsconfig", "fsmount", "fsopen", "fspick", "get_kernel_syms", "get_mempolicy", "init_module", "io_uring_enter",
        "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl",
        "lookup_dcookie", "mbind", "migrate_pages", "mount", "mount_setattr", "move_mount", "move_pages", "nfsservctl",
        "open_by_handle_at", "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root", "process_madvise", "query_module",
        "quotactl", "quotactl_fd", "reboot", "request_key", "set_mempolicy", "set_mempolicy_home_node", "setdomainname",
        "sethostname", "setns", "settimeofday", "swapoff", "swapon", "sysfs", "syslog", "umount2", "unshare", "uselib",
        "userfaultfd", "ustat", "vhangup",
    ];

    // What a capability brings with it in Docker's profile, of those that tests give.
    private static readonly Dictionary<string, string[]> s_allowedByDocker = new()
    {
        ["CAP_SYS_ADMIN"] =
        [
            "bpf", "fanotify_init", "fsconfig", "fsmount", "fsopen", "fspick", "lookup_dcookie", "mount", "mount_setattr",
            "move_mount", "open_tree", "perf_event_open", "quotactl", "quotactl_fd", "setdomainname", "sethostname", "setns",
            "syslog", "umount2", "unshare"
        ],
        ["CAP_SYS_NICE"] = ["get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node"],
    };

    // io_uring_enter(2) submits, which pins never do.
    private static readonly string[] s_ioUring = ["io_uring_register", "io_uring_setup"];

    /// <summary>The profile that the options name.</summary>
    public static JsonObject Of(ContainerOptions options) => options.Profile switch
    {
        "docker" => LikeDocker(options),
        "podman" => OfPodman(options),
        _ => throw new ArgumentException($"There is no profile {options.Profile}.", nameof(options)),
    };

    private static JsonObject LikeDocker(ContainerOptions options) => new()
    {
        ["defaultAction"] = "SCMP_ACT_ALLOW",
        ["architectures"] = Architectures,
        ["syscalls"] = new JsonArray(
            Rule([.. s_forbiddenByDocker.Except(AllowedByDocker(options))], Eperm),
            // The C library falls back to clone(2).
            Rule(["clone3"], Enosys)),
    };

    private static IEnumerable<string> AllowedByDocker(ContainerOptions options) =>
        options.Capabilities.SelectMany(name => s_allowedByDocker.GetValueOrDefault(name, []))
            .Concat(options.IoUring ? s_ioUring : []);

    // Docker and Podman write rules that hold for some architectures and capabilities only (containers/common, pkg/seccomp); the
    // runtime's own form has none of that.
    private static JsonObject OfPodman(ContainerOptions options)
    {
        JsonNode profile = JsonNode.Parse(File.ReadAllText(PodmanFile))!;
        var rules = new JsonArray();
        foreach (JsonNode? rule in profile["syscalls"]!.AsArray())
        {
            if (!IsMeant(rule!, options.Capabilities)) continue;
            var meant = new JsonObject { ["names"] = rule!["names"]!.DeepClone(), ["action"] = rule["action"]!.DeepClone() };
            if (rule["errnoRet"] is { } errno) meant["errnoRet"] = errno.DeepClone();
            if (rule["args"] is JsonArray { Count: > 0 } arguments) meant["args"] = arguments.DeepClone();
            rules.Add((JsonNode)meant);
        }

        if (options.IoUring) rules.Add((JsonNode)new JsonObject { ["names"] = Names(s_ioUring), ["action"] = "SCMP_ACT_ALLOW" });

        return new JsonObject
        {
            ["defaultAction"] = profile["defaultAction"]!.DeepClone(),
            ["defaultErrnoRet"] = profile["defaultErrnoRet"]!.DeepClone(),
            ["architectures"] = Architectures,
            ["syscalls"] = rules,
        };
    }

    private static bool IsMeant(JsonNode rule, IEnumerable<string> capabilities) =>
        (Names(rule, "includes", "caps") is { Length: 0 } || Names(rule, "includes", "caps").Intersect(capabilities).Any())
        && !Names(rule, "excludes", "caps").Intersect(capabilities).Any()
        && (Names(rule, "includes", "arches").Length == 0 || Names(rule, "includes", "arches").Contains("amd64"))
        && !Names(rule, "excludes", "arches").Contains("amd64");

    private static string[] Names(JsonNode rule, string list, string kind) =>
        rule[list]?[kind] is JsonArray names ? [.. names.Select(name => name!.GetValue<string>())] : [];

    private static JsonArray Architectures => ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"];

    private static JsonObject Rule(string[] names, int errno) => new()
    {
        ["names"] = Names(names),
        ["action"] = "SCMP_ACT_ERRNO",
        ["errnoRet"] = errno,
    };

    private static JsonArray Names(string[] names) => new([.. names.Select(name => JsonValue.Create(name))]);
}

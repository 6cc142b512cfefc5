using System.Globalization;

namespace Nonpaged.Interop.Tests.Linux;

public sealed class SpawnLayoutTests
{
    private static readonly Lazy<Dictionary<string, int>> s_inC = new(Ask);

    [Fact]
    public void The_room_for_the_opaque_structures_of_posix_spawn_is_large_enough()
    {
        Dictionary<string, int> inC = s_inC.Value;
        Assert.InRange(inC["posix_spawn_file_actions_t"], 1, LibC.SpawnFileActionsRoom);
        Assert.InRange(inC["posix_spawnattr_t"], 1, LibC.SpawnAttributesRoom);
        Assert.InRange(inC["sigset_t"], 1, LibC.SignalSetRoom);
    }

    [Fact]
    public void The_constants_are_those_of_the_headers()
    {
        Dictionary<string, int> inC = s_inC.Value;
        Assert.Equal(LibC.POSIX_SPAWN_SETSID, inC["POSIX_SPAWN_SETSID"]);
        Assert.Equal(LibC.POSIX_SPAWN_SETSIGDEF, inC["POSIX_SPAWN_SETSIGDEF"]);
        Assert.Equal(LibC.POSIX_SPAWN_SETSIGMASK, inC["POSIX_SPAWN_SETSIGMASK"]);
        Assert.Equal(LibC.SIGKILL, inC["SIGKILL"]);
        Assert.Equal(LibC.SIGTERM, inC["SIGTERM"]);
        Assert.Equal(LibC.WNOHANG, inC["WNOHANG"]);
        Assert.Equal(LibC.AF_UNIX, inC["AF_UNIX"]);
        Assert.Equal(LibC.SOCK_STREAM, inC["SOCK_STREAM"]);
        Assert.Equal(LibC.SOCK_CLOEXEC, inC["SOCK_CLOEXEC"]);
        Assert.Equal(LibC.MSG_NOSIGNAL, inC["MSG_NOSIGNAL"]);
        Assert.Equal(LibC.SHUT_RDWR, inC["SHUT_RDWR"]);
        Assert.Equal(LibC.F_DUPFD_CLOEXEC, inC["F_DUPFD_CLOEXEC"]);
        Assert.Equal(LibC.X_OK, inC["X_OK"]);
        Assert.Equal(sizeof(int), inC["pid_t"]);
    }

    private static Dictionary<string, int> Ask()
    {
        string[] types = ["posix_spawn_file_actions_t", "posix_spawnattr_t", "sigset_t", "pid_t"];
        string[] constants =
        [
            "POSIX_SPAWN_SETSID", "POSIX_SPAWN_SETSIGDEF", "POSIX_SPAWN_SETSIGMASK", "SIGKILL", "SIGTERM", "WNOHANG", "AF_UNIX",
            "SOCK_STREAM", "SOCK_CLOEXEC", "MSG_NOSIGNAL", "SHUT_RDWR", "F_DUPFD_CLOEXEC", "X_OK",
        ];
        IEnumerable<string> lines = types.Select(static type => $"printf(\"{type} %d\\n\", (int)sizeof({type}));")
            .Concat(constants.Select(static name => $"printf(\"{name} %d\\n\", (int){name});"));
        string output = CCompiler.Run(
            $$"""
            #define _GNU_SOURCE
            #include <fcntl.h>
            #include <signal.h>
            #include <spawn.h>
            #include <stdio.h>
            #include <sys/socket.h>
            #include <sys/wait.h>
            #include <unistd.h>
            int main(void) { {{string.Join('\n', lines)}} return 0; }
            """);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' '))
            .ToDictionary(static parts => parts[0], static parts => int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}

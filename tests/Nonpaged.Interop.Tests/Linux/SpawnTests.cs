using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop.Tests.Linux;

[Collection("descriptors")]
public sealed class SpawnTests
{
    [Fact]
    public void A_child_gets_the_descriptors_in_the_order_listed_and_none_of_our_own()
    {
        (string? output, int status) = RunShell("ls /proc/$$/fd; exit 0", extraDescriptors: 3);

        Assert.Equal(0, status);
        Assert.Equal(["0", "1", "2", "3", "4", "5"], output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public void A_child_leads_a_session_of_its_own()
    {
        // proc(5): in stat the sixth field is the session.
        (string? output, int _) = RunShell("echo $$; cut -d ' ' -f 6 /proc/$$/stat");
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines[0], lines[1]);
    }

    [Fact]
    public void A_child_ignores_no_signal_and_blocks_none()
    {
        // signal(7) has 31 standard signals; 32 and 33 are the C library's own, and posix_spawn has them ignored.
        const ulong standard = 0x7fff_ffff;
        (string? output, int _) = RunShell("grep -E '^Sig(Ign|Blk)' /proc/self/status");
        IEnumerable<ulong> masks = output.Trim()
            .Split('\n')
            .Select(static line => ulong.Parse(line.Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.Equal([0, 0], masks.Select(static mask => mask & standard));
    }

    [Fact]
    public void The_status_tells_the_exit_code_and_the_signal()
    {
        Assert.Equal(7 << 8, RunShell("exit 7").Status);
        Assert.Equal(LibC.SIGKILL, RunShell("kill -s KILL $$").Status);
    }

    [Fact]
    public void A_program_that_is_not_there_is_ENOENT() =>
        Assert.Equal(Errno.ENOENT, LibC.Spawn("/nonexistent/program", ["program"], [], []).Errno);

    [Fact]
    public void Arguments_and_environment_arrive_as_UTF8()
    {
        (string? output, int _) = RunShell(
            "printf '%s|%s' \"$1\" \"$VALUE\"", arguments: ["größe, 1"], environment: ["VALUE=a b=ü"]);
        Assert.Equal("größe, 1|a b=ü", output);
    }

    [Fact]
    public void A_string_with_a_NUL_is_refused() =>
        Assert.Throws<ArgumentException>(static () => LibC.Spawn("/bin/true", ["a\0b"], [], []));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_signal_to_a_group_or_to_everybody_is_refused(int pid) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LibC.Kill(pid, LibC.SIGTERM));

    [Fact]
    public void Waiting_for_what_is_no_child_is_ECHILD() =>
        Assert.Equal(Errno.ECHILD, LibC.WaitPid(1, out _, LibC.WNOHANG).Errno);

    private static (string Output, int Status) RunShell(
        string script, string[]? arguments = null, string[]? environment = null, int extraDescriptors = 0)
    {
        Assert.False(LibC.Pipe2(out SafeFileHandle? reader, out SafeFileHandle? writer).IsError);
        using (reader)
        {
            var copies = new List<SafeFileHandle>();
            for (int i = 0; i < 2 + extraDescriptors; i++)
            {
                Assert.False(LibC.DuplicateAbove(writer, 16, out SafeFileHandle? copy).IsError);
                copies.Add(copy);
            }

            using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            Assert.False(LibC.DuplicateAbove(nothing, 16, out SafeFileHandle? input).IsError);
            copies.Insert(0, input);
            int[] numbers = copies.Select(static copy => (int)copy.DangerousGetHandle()).ToArray();
            string path = $"PATH={Environment.GetEnvironmentVariable("PATH")}";
            SysResult child = LibC.Spawn(
                "/bin/sh", ["/bin/sh", "-c", script, "test", .. arguments ?? []], [path, .. environment ?? []], numbers);
            Assert.False(child.IsError, child.ToString());
            copies.ForEach(static copy => copy.Dispose());
            writer.Dispose();

            string output = ReadToEnd(reader);
            Assert.Equal(child.Value, LibC.WaitPid(child.AsInt32, out int status, 0).Value);
            return (output, status);
        }
    }

    private static string ReadToEnd(SafeFileHandle reader)
    {
        var all = new List<byte>();
        byte[] buffer = new byte[4096];
        for (nint read; (read = LibC.Read(reader, buffer).Value) > 0;) all.AddRange(buffer[..(int)read]);
        return Encoding.UTF8.GetString([.. all]);
    }
}

using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Processes;
using Nonpaged.Machines.Tests.Qemu;
using Nonpaged.Tests.Faults;

namespace Nonpaged.Machines.Tests.Processes;

public sealed class ChildTests
{
    private const string Shell = "/bin/sh";

    // Ends by itself, with exit code 3, at the end of its lifeline.
    private const string UntilCut = "while read -r word <&3; do echo \"$word\"; done; exit 3";

    // Nothing but SIGKILL ends it, the end of its lifeline not either. It says so once that holds.
    private const string Stubborn = "trap '' HUP INT TERM PIPE; echo ready; while :; do sleep 1; done";

    [Fact]
    public void A_child_has_the_descriptors_that_were_chosen_and_no_others()
    {
        using SafeFileHandle file = MakeFile();
        (string output, ChildEnd end) = Run("ls -l /proc/$$/fd; exit 0", Child.LifelineEnd, file);

        Assert.Equal(0, end.ExitCode);
        // NUMBER -> PATH (deleted), behind what else ls tells.
        string[][] found =
        [
            .. output.Split('\n').Where(line => line.Contains(" -> "))
                .Select(line => line.Replace(" (deleted)", "").Split(' ')[^3..]),
        ];
        Assert.Equal(["0", "1", "2", "3", "4"], found.Select(one => one[0]).Order());
        Assert.StartsWith("pipe:", found.Single(one => one[0] == "3")[2], StringComparison.Ordinal);
        Assert.StartsWith("/memfd:nonpaged-test-given", found.Single(one => one[0] == "4")[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_that_ends_by_itself_has_an_exit_code_and_no_signal()
    {
        ChildEnd end = Run("exit 7").End;
        Assert.Equal((false, 0, 7), (end.IsUnknown, end.Signal, end.ExitCode));
    }

    [Fact]
    public void A_child_that_is_killed_has_the_signal()
    {
        ChildEnd end = Run("kill -s KILL $$").End;
        Assert.Equal((false, LibC.SIGKILL), (end.IsUnknown, end.Signal));
    }

    [Fact]
    public void The_end_of_a_child_that_was_reaped_elsewhere_is_unknown_and_no_signal_is_sent_to_its_number()
    {
        using Child child = Start("exit 7", out SafeFileHandle output);
        using (output)
        {
            Assert.Equal(child.Id, LibC.WaitPid(child.Id, out _, 0).AsInt32);
            ChildEnd end = child.Wait(Testbed.Patience)!.Value;
            Assert.True(end.IsUnknown);
            Assert.Equal(Errno.ECHILD, end.Waited.Errno);

            using var counting = new FaultHook();
            child.Signal(LibC.SIGKILL);
            child.Dispose();
            Assert.False(counting.Counts.ContainsKey("kill"));
        }
    }

    [Fact]
    public void A_wait_ends_with_its_bound_and_leaves_the_child_as_it_is()
    {
        using Child child = Start(UntilCut, out SafeFileHandle output, Child.LifelineEnd);
        using (output)
        {
            var clock = Stopwatch.StartNew();
            Assert.Null(child.Wait(TimeSpan.FromMilliseconds(50)));
            Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(50), Testbed.Patience);
            Assert.Null(child.Wait(TimeSpan.Zero));
            Assert.True(ProcessTable.Exists(child.Id));

            child.Signal(LibC.SIGTERM);
            Assert.Equal(LibC.SIGTERM, child.Wait(Testbed.Patience)!.Value.Signal);
            Assert.Equal(LibC.SIGTERM, child.Wait(TimeSpan.Zero)!.Value.Signal);
        }
    }

    [Fact]
    public void A_child_hears_what_is_told_on_its_lifeline_and_ends_when_it_is_cut()
    {
        using Child child = Start(UntilCut, out SafeFileHandle output, Child.LifelineEnd);
        using (output)
        {
            child.Tell("one\n"u8);
            child.Tell("two\n"u8);
            ChildEnd end = child.End(Testbed.Patience);
            Assert.Equal((0, 3), (end.Signal, end.ExitCode));
            Assert.Equal("one\ntwo\n", ReadToEnd(output));
            child.Tell("three\n"u8);
        }
    }

    [Fact]
    public void A_child_that_outlives_the_patience_is_killed()
    {
        using Child child = Start(Stubborn, out SafeFileHandle output, Child.LifelineEnd);
        using (output)
        {
            Assert.Equal("ready\n", ReadLine(output));
            Assert.Equal(LibC.SIGKILL, child.End(TimeSpan.FromMilliseconds(20)).Signal);
            Assert.False(ProcessTable.Exists(child.Id));
        }
    }

    [Fact]
    public void Disposing_kills_and_reaps_also_twice()
    {
        Child child = Start(Stubborn, out SafeFileHandle output);
        using (output)
        {
            Assert.Equal("ready\n", ReadLine(output));
            child.Dispose();
            Assert.False(ProcessTable.Exists(child.Id));
            child.Dispose();
        }
    }

    [Fact]
    public void No_descriptor_is_left_of_a_child_that_has_ended()
    {
        List<string> before = ProcessTable.OpenDescriptors();
        using (Child child = Start(UntilCut, out SafeFileHandle output, Child.LifelineEnd))
        {
            using (output) child.End(Testbed.Patience);
        }

        Assert.Equal(before.Order(), ProcessTable.OpenDescriptors().Order());
    }

    [Theory]
    [InlineData("pipe2", 1)]
    [InlineData("fcntl", 1)]
    [InlineData("fcntl", 4)]
    [InlineData("posix_spawn", 1)]
    public void A_start_that_fails_says_which_call_and_leaves_no_descriptor(string call, int nth)
    {
        using SafeFileHandle file = MakeFile();
        List<string> before = ProcessTable.OpenDescriptors();
        using (new FaultHook(call, nth, Errno.EMFILE))
        {
            MachineException failure = Assert.Throws<MachineException>(() => Child.Start(
                new ChildProgram(Shell, ["-c", "exit 0"], []), [file, file, file, Child.LifelineEnd], SystemCalls.Check));
            Assert.StartsWith(call, failure.Reason, StringComparison.Ordinal);
            Assert.Contains("EMFILE", failure.Reason, StringComparison.Ordinal);
        }

        Assert.Equal(before.Order(), ProcessTable.OpenDescriptors().Order());
        Assert.False(file.IsClosed);
    }

    [Fact]
    public void A_program_that_is_missing_is_named()
    {
        MachineException failure = Assert.Throws<MachineException>(
            () => Child.Start(new ChildProgram("/nonexistent/program", [], []), [], SystemCalls.Check));
        Assert.Equal("posix_spawn of /nonexistent/program failed: No such file or directory (ENOENT).", failure.Reason);
    }

    private static (string Output, ChildEnd End) Run(string script, params SafeFileHandle[] more)
    {
        using Child child = Start(script, out SafeFileHandle output, more);
        using (output)
        {
            string text = ReadToEnd(output);
            return (text, child.Wait(Testbed.Patience)!.Value);
        }
    }

    private static Child Start(string script, out SafeFileHandle output, params SafeFileHandle[] more)
    {
        Assert.False(LibC.Pipe2(out output, out SafeFileHandle writer).IsError);
        using (writer)
        {
            using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            var program = new ChildProgram(Shell, ["-c", script], [$"PATH={Environment.GetEnvironmentVariable("PATH")}"]);
            return Child.Start(program, [nothing, writer, nothing, .. more], SystemCalls.Check);
        }
    }

    private static SafeFileHandle MakeFile()
    {
        Assert.False(LibC.MemFdCreate("nonpaged-test-given", LibC.MFD_CLOEXEC, out SafeFileHandle file).IsError);
        return file;
    }

    private static string ReadLine(SafeFileHandle reader)
    {
        byte[] buffer = new byte[64];
        return Encoding.UTF8.GetString(buffer, 0, LibC.Read(reader, buffer).AsInt32);
    }

    private static string ReadToEnd(SafeFileHandle reader)
    {
        var text = new StringBuilder();
        for (string part; (part = ReadLine(reader)).Length > 0;) text.Append(part);
        return text.ToString();
    }
}

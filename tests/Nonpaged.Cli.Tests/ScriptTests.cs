using System.Diagnostics;
using System.Text.Json;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli.Tests;

/// <summary>./nonpaged and the scripts beside it. It is built when these tests run: ./test builds all.</summary>
public sealed class ScriptTests
{
    private const string NehalemFlags = "fpu lm pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm";
    private const string HaswellFlags = $"{NehalemFlags} fma movbe xsave avx f16c abm bmi1 avx2 bmi2";

    // As Linux shows them in a virtual machine on a Xeon of that kind.
    private const string CascadeLakeFlags =
        "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ss ht "
        + "syscall nx pdpe1gb rdtscp lm constant_tsc rep_good nopl xtopology nonstop_tsc cpuid tsc_known_freq pni "
        + "pclmulqdq ssse3 fma cx16 pcid sse4_1 sse4_2 x2apic movbe popcnt aes xsave avx f16c rdrand hypervisor lahf_lm "
        + "abm 3dnowprefetch ssbd ibrs ibpb stibp ibrs_enhanced fsgsbase tsc_adjust bmi1 avx2 smep bmi2 erms invpcid mpx "
        + "avx512f avx512dq rdseed adx smap clflushopt clwb avx512cd avx512bw avx512vl xsaveopt xsavec xgetbv1 xsaves "
        + "arat avx512_vnni md_clear arch_capabilities";

    private static string Root
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "Nonpaged.slnx")))
                folder = Path.GetDirectoryName(folder);
            return folder ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }
    }

    private static string Script => Path.Combine(Root, "nonpaged");

    [Fact]
    public void The_script_works_through_a_symbolic_link_from_any_folder()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-link-");
        try
        {
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "np"), Script);
            using Process process = CliProgram.StartProcess(
                Path.Combine(folder.FullName, "np"), ["alloc", "--length", "4K", "--json"], folder.FullName);
            CliResult result = CliProgram.Finish(process);
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
            Assert.Equal(4096u, result.Json.GetProperty("requested").GetProperty("length").GetUInt64());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_script_needs_no_home()
    {
        using Process process = CliProgram.StartProcess("/usr/bin/env", ["-u", "HOME", Script, "doctor", "--json"]);
        CliResult result = CliProgram.Finish(process);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(JsonValueKind.Array, result.Json.GetProperty("checks").ValueKind);
    }

    [Fact]
    public void The_exit_code_and_the_arguments_pass_through_the_script_unchanged()
    {
        using Process usage = CliProgram.StartProcess(Script, ["alloc", "--length", "2M", "a b"]);
        CliResult result = CliProgram.Finish(usage);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'a b'", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Where_QEMU_is_missing_run_says_what_it_installs_and_why_and_installs_it_and_help_does_not()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: another user is told the command instead");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-path-");
        try
        {
            // A search path without QEMU, and with an apt-get that only writes down what it was asked for.
            string[] tools = ["bash", "readlink", "find", "flock", "mkdir", "mktemp", "cat", "rm", "mv", "env"];
            foreach (string tool in tools) File.CreateSymbolicLink(Path.Combine(folder.FullName, tool), $"/usr/bin/{tool}");
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "dotnet"), CliProgram.Dotnet);
            string log = Path.Combine(folder.FullName, "log");
            string apt = Path.Combine(folder.FullName, "apt-get");
            File.WriteAllText(apt, $"#!/usr/bin/env bash\necho \"$DEBIAN_FRONTEND $*\" >>{log}\necho noise\n");
            File.SetUnixFileMode(apt, UnixFileMode.UserRead | UnixFileMode.UserExecute);

            CliResult help =
                CliProgram.Finish(CliProgram.StartProcess("/usr/bin/env", [$"PATH={folder.FullName}", Script, "run", "--help"]));
            Assert.Equal(0, help.ExitCode);
            Assert.False(File.Exists(log));

            CliResult run =
                CliProgram.Finish(CliProgram.StartProcess("/usr/bin/env", [$"PATH={folder.FullName}", Script, "run", "--json"]));
            Assert.Contains("qemu-system-x86_64 is not installed", run.Error, StringComparison.Ordinal);
            Assert.Contains("apt-get install -y --no-install-recommends qemu-system-x86", run.Error, StringComparison.Ordinal);
            Assert.Contains("noninteractive", File.ReadAllText(log), StringComparison.Ordinal);
            Assert.Contains(
                "install -y --no-install-recommends qemu-system-x86", File.ReadAllText(log), StringComparison.Ordinal);
            // This apt-get did not install it, so that the program itself says what is missing;
            // nothing else is on standard output.
            Assert.Equal(1, run.ExitCode);
            Assert.Contains(
                "QEMU is not installed",
                run.Json.GetProperty("failure").GetProperty("reason").GetString(),
                StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_script_becomes_the_program_so_that_a_signal_to_its_process_reaches_it()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        using var program =
            new RunningProgram(CliProgram.StartProcess(Script, ["run", "--count", "1", "--hold", "600", "--json"]));
        program.WaitFor("holding");
        Assert.Contains("Nonpaged.Cli.dll", File.ReadAllText($"/proc/{program.Id}/cmdline"), StringComparison.Ordinal);
        program.Signal("TERM");
        CliResult result = program.WaitForEnd();
        Assert.Equal(143, result.ExitCode);
        Assert.Equal(0, result.Json.GetProperty("outstanding").GetInt32());
    }

    [Theory]
    [InlineData("fpu lm pni ssse3 cx16", "")]
    [InlineData(NehalemFlags, "x86-64-v2")]
    [InlineData(HaswellFlags, "x86-64-v3")]
    [InlineData($"{HaswellFlags} avx512f avx512cd avx512er", "x86-64-v3")]
    [InlineData(CascadeLakeFlags, "x86-64-v4")]
    public void The_level_that_benchmarks_are_compiled_for_is_one_that_the_processor_has_whole(string flags, string level)
    {
        string cpuinfo = Path.GetTempFileName();
        try
        {
            string processor = $"flags\t\t: {flags}\nvmx flags\t: ept\n";
            File.WriteAllText(cpuinfo, $"processor\t: 0\n{processor}\nprocessor\t: 1\n{processor}");
            CliResult result = CliProgram.Finish(CliProgram.StartProcess(Path.Combine(Root, "eng/instruction-set"), [cpuinfo]));
            Assert.Equal($"{level}\n", result.Output);
        }
        finally
        {
            File.Delete(cpuinfo);
        }
    }
}

using System.Text.Json;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli.Tests;

/// <summary>./nonpaged. It is built when these tests run: ./test builds all.</summary>
public sealed class ScriptTests
{
    private static string Script
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "Nonpaged.slnx"))) folder = Path.GetDirectoryName(folder);
            return Path.Combine(folder ?? throw new InvalidOperationException("The tests run outside of the repository."), "nonpaged");
        }
    }

    [Fact]
    public void The_script_works_through_a_symbolic_link_from_any_folder()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-link-");
        try
        {
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "np"), Script);
            using var process = CliProgram.StartProcess(Path.Combine(folder.FullName, "np"), ["alloc", "--length", "4K", "--json"], folder.FullName);
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
        using var process = CliProgram.StartProcess("/usr/bin/env", ["-u", "HOME", Script, "doctor", "--json"]);
        CliResult result = CliProgram.Finish(process);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(JsonValueKind.Array, result.Json.GetProperty("checks").ValueKind);
    }

    [Fact]
    public void The_exit_code_and_the_arguments_pass_through_the_script_unchanged()
    {
        using var usage = CliProgram.StartProcess(Script, ["alloc", "--lenght", "a b"]);
        CliResult result = CliProgram.Finish(usage);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'a b'", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void The_script_becomes_the_program_so_that_a_signal_to_its_process_reaches_it()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        using var program = new RunningProgram(CliProgram.StartProcess(Script, ["run", "--count", "1", "--hold", "600", "--json"]));
        program.WaitFor("holding");
        Assert.Contains("Nonpaged.Cli.dll", File.ReadAllText($"/proc/{program.Id}/cmdline"), StringComparison.Ordinal);
        program.Signal("TERM");
        CliResult result = program.WaitForEnd();
        Assert.Equal(143, result.ExitCode);
        Assert.Equal(0, result.Json.GetProperty("outstanding").GetInt32());
    }
}

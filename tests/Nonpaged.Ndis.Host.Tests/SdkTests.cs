namespace Nonpaged.Ndis.Host.Tests;

/// <summary>What nonpaged sdk writes, used as its own output says.</summary>
public sealed class SdkTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-sdk-");

    private string Sdk => Path.Combine(_folder.FullName, "sdk");

    [Fact]
    public void A_program_gets_its_memory_from_libndis()
    {
        Write();
        string program = Path.Combine(_folder.FullName, "memory");
        CommandResult built = Shell($"cc -Wall -Wextra -Werror '{Repository.Root}/samples/memory/memory.c' $(pkg-config --cflags "
            + $"--libs ndis) -o '{program}'");
        Assert.True(built.ExitCode == 0, built.Error);
        CommandResult ran = Command.Run(program, []);
        Assert.True(ran.ExitCode == 0, ran.Output + ran.Error);
        Assert.Contains("context 0x", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_calls_good_and_bad_through_the_c_abi_change_no_block_and_crash_nothing()
    {
        Write();
        string program = Path.Combine(_folder.FullName, "fuzz");
        CommandResult built = Shell(
            $"cc -Wall -Wextra -Werror '{Repository.Root}/tests/Nonpaged.Ndis.Host.Tests/Drivers/fuzz.c' $(pkg-config --cflags "
                + $"--libs ndis) -o '{program}'");
        Assert.True(built.ExitCode == 0, built.Error);
        CommandResult ran = Command.Run(program, ["5"]);
        // The first line has the seed that repeats it.
        Assert.True(ran.ExitCode == 0, ran.Output + ran.Error);
        Assert.Matches("[1-9][0-9]+ inputs, [1-9][0-9]+ operations, [1-9][0-9]+ blocks", ran.Output);
    }

    [Fact]
    public void What_is_kept_for_a_thread_that_c_code_started_goes_when_the_thread_has_ended()
    {
        Write();
        string program = Path.Combine(_folder.FullName, "threads");
        CommandResult built = Shell(
            $"cc -O2 -Wall -Wextra -Werror -pthread '{Repository.Root}/tests/Nonpaged.Ndis.Host.Tests/Drivers/threads.c' "
                + $"$(pkg-config --cflags --libs ndis) -o '{program}'");
        Assert.True(built.ExitCode == 0, built.Error);
        CommandResult ran = Command.Run(program, []);
        Assert.True(ran.ExitCode == 0, ran.Output + ran.Error);
    }

    [Fact]
    public void A_driver_compiles_against_the_folder()
    {
        Write();
        CommandResult built = Shell(
            $"cc -shared -fPIC -Wall -Wextra -Werror $(pkg-config --cflags ndis) '{Repository.Sample}' -o "
                + $"'{Path.Combine(_folder.FullName, "driver.so")}'");
        Assert.True(built.ExitCode == 0, built.Error);
    }

    [Fact]
    public void A_driver_s_own_debug_header_goes_before_ours_and_its_driver_entry_may_have_any_pointers()
    {
        Write();
        string own = Directory.CreateDirectory(Path.Combine(_folder.FullName, "own")).FullName;
        File.WriteAllText(Path.Combine(own, "debug.h"), "#define OWN 1\n");
        string source = Path.Combine(_folder.FullName, "driver.c");
        File.WriteAllText(
            source,
            "#include <ndis.h>\n#include <debug.h>\nNTSTATUS DriverEntry(PVOID a, PVOID b) { return a == b ? OWN : 0; }\n");
        CommandResult built = Shell(
            $"cc -shared -fPIC -Wall -Wextra -Werror $(pkg-config --cflags ndis) -I'{own}' '{source}' -o '{source}.so'");
        Assert.True(built.ExitCode == 0, built.Error);
        File.WriteAllText(source, "#include <ndis.h>\n#include <debug.h>\nvoid f(void) { DPRINT1(\"x\\n\"); }\n");
        built = Shell($"cc -shared -fPIC -Wall -Wextra -Werror $(pkg-config --cflags ndis) '{source}' -o '{source}.so'");
        Assert.True(built.ExitCode == 0, built.Error);
    }

    [Fact]
    public void A_call_that_ndis_does_not_have_is_an_error_when_a_driver_is_compiled()
    {
        Write();
        string source = Path.Combine(_folder.FullName, "driver.c");
        File.WriteAllText(source, "#include <ndis.h>\nvoid f(void) { NdisNoSuchCall(); }\n");
        CommandResult built = Shell($"cc -shared -fPIC $(pkg-config --cflags ndis) '{source}' -o '{source}.so'");
        Assert.NotEqual(0, built.ExitCode);
        Assert.Contains("NdisNoSuchCall", built.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_that_are_newer_but_have_not_changed_are_not_compiled_again()
    {
        Write();
        File.SetLastWriteTimeUtc(Path.Combine(Repository.Root, "src/Nonpaged/Nonpaged.csproj"), DateTime.UtcNow);
        CommandResult result = Command.Run(Path.Combine(Repository.Root, "nonpaged"), ["sdk", Sdk]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Empty(result.Error);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write()
    {
        CommandResult result = Command.Run(Path.Combine(Repository.Root, "nonpaged"), ["sdk", Sdk]);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    private CommandResult Shell(string command)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/pkg-config"), "needs pkg-config (apt-get install pkg-config)");
        return Command.Run("/bin/sh", new Dictionary<string, string> { ["PKG_CONFIG_PATH"] = Sdk }, ["-c", command]);
    }
}

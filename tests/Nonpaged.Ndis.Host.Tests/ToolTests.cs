using Nonpaged.Machines.Qemu;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>The tools of docs/drivers.md, as it tells how to use them with a driver.</summary>
public sealed class ToolTests : IDisposable
{
    // A decision that hangs on a variable that nothing sets.
    private const string Unset = """
        #include <ndis.h>
        static NDIS_STATUS Register(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length);
        #undef NdisMRegisterMiniport
        #define NdisMRegisterMiniport(handle, characteristics, length) Register((handle), (characteristics), (length))
        #include SAMPLE
        static NDIS_STATUS Register(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length)
        {
            volatile ULONG unset[4];
            if (unset[2] == 4711) DbgPrint("unset\n");
            return NonpagedRegisterMiniport(Wrapper, Characteristics, Length);
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-tools-");

    [Fact]
    public void Valgrind_finds_nothing_in_the_sample_and_names_the_line_that_depends_on_a_value_never_set()
    {
        using var sample = DriverBuild.Sample();
        CommandResult good = Run("valgrind", ["--error-exitcode=9"], sample);
        Assert.True(good.ExitCode == 0, good.Error);
        Assert.Contains("ERROR SUMMARY: 0 errors", good.Error, StringComparison.Ordinal);
        string source = Path.Combine(_folder.FullName, "unset.c");
        File.WriteAllText(source, Unset);
        using var unset = new DriverBuild(
            source, "-O0", "-Wno-uninitialized", "-Wno-maybe-uninitialized", $"-DSAMPLE=\"{Repository.Sample}\"");
        CommandResult bad = Run("valgrind", [], unset);
        Assert.Contains("depends on uninitialised value", bad.Error, StringComparison.Ordinal);
        Assert.Contains("Register (unset.c:9)", bad.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // The program alone: valgrind gives up on its debug file.
    private CommandResult Run(string tool, string[] options, DriverBuild driver)
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        string built = Path.Combine(Repository.Root, "artifacts/publish/Nonpaged.Ndis.Host/release_linux-x64/nonpaged-host");
        Assert.SkipUnless(File.Exists(built), "needs the program that drivers run in (./nonpaged run DRIVER.so compiles it)");
        string program = Path.Combine(_folder.FullName, "nonpaged-host");
        if (!File.Exists(program)) File.Copy(built, program);
        return Command.Run(tool, [.. options, program, "run", driver.File, "--nic", "rtl8139", "--count", "1"]);
    }
}

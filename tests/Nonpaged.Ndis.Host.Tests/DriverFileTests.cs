namespace Nonpaged.Ndis.Host.Tests;

/// <summary>Files that are no drivers: each is told what it is, and what to do.</summary>
public sealed class DriverFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-files-");

    [Fact]
    public void A_driver_of_windows_is_told_to_be_one() =>
        AssertRefused(Write("driver.so", "MZ\u0090 and so on"), "of Windows (PE)", "cc -shared");

    [Fact]
    public void A_source_is_told_not_to_be_compiled() =>
        AssertRefused(Write("driver.c", "int x;"), "a source, and not compiled", "cc -shared");

    [Fact]
    public void A_text_is_no_shared_object() =>
        AssertRefused(Write("driver.so", "text"), "not a shared object", "cc -shared");

    [Fact]
    public void An_object_file_is_told_to_be_linked() =>
        AssertRefused(Compile("driver.o", "-c"), "an object file, and not linked", "cc -shared");

    [Fact]
    public void A_driver_without_DriverEntry_is_told_so_before_any_of_it_runs() =>
        AssertRefused(Compile("driver.so", "-shared", "-fPIC"), "has no DriverEntry", "not static");

    [Fact]
    public void A_DriverEntry_of_cpp_is_found_and_told_to_be_declared_as_c() =>
        AssertRefused(Compile("driver.so", "-shared", "-fPIC", "-D_NAME=_Z11DriverEntryPvS_"),
            "a function of C++ of that name, _Z11DriverEntryPvS_", "extern \"C\"");

    [Fact]
    public void Another_processor_s_driver_names_both()
    {
        string file = Compile("driver.so", "-shared", "-fPIC");
        byte[] bytes = File.ReadAllBytes(file);
        // e_machine of the ELF header: SuperH, as many devices with Windows CE had.
        (bytes[18], bytes[19]) = (42, 0);
        File.WriteAllBytes(file, bytes);
        AssertRefused(file, "is for SuperH, and this program for x86-64", "cc -shared");
    }

    [Fact]
    public void A_library_that_cannot_be_found_is_named()
    {
        string library = Compile("libown.so", "-shared", "-fPIC", "-D_NAME=NdisMRegisterMiniportDriver",
            "-Wl,-soname,libgone.so.7");
        string file = Path.Combine(_folder.FullName, "driver.so");
        string source = Write("needs.c",
            "int NdisMRegisterMiniportDriver(void);\nint DriverEntry(void) { return NdisMRegisterMiniportDriver(); }\n");
        CommandResult built = Command.Run("cc", ["-shared", "-fPIC", source, library, "-o", file]);
        Assert.True(built.ExitCode == 0, built.Error);
        AssertRefused(file, "Of its libraries, libgone.so.7 cannot be found", "LD_LIBRARY_PATH");
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_so() =>
        AssertRefused(Path.Combine(_folder.FullName, "no.so"), "does not exist", "cc -shared");

    [Fact]
    public void A_driver_may_have_any_name()
    {
        using var driver = DriverBuild.Own("virtual");
        string file = Path.Combine(_folder.FullName, "virtual.driver");
        File.Copy(driver.File, file);
        CommandResult result = DriverRun.RunOn("none", file, "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void AssertRefused(string file, string reason, string remedy)
    {
        CommandResult result = DriverRun.RunOn("rtl8139", file, "--json");
        Assert.True(result.ExitCode == 1, result.Output + result.Error);
        Assert.Contains(reason, DriverRun.Reason(DriverRun.Json(result)), StringComparison.Ordinal);
        Assert.Contains(remedy, DriverRun.Json(result).GetProperty("failure").GetProperty("remedy").GetString(),
            StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }

    private string Compile(string name, params string[] options)
    {
        string source = Write("source.c",
            "#ifndef _NAME\n#define _NAME Nothing\n#endif\nint _NAME(void) { return 0; }\n");
        string file = Path.Combine(_folder.FullName, name);
        CommandResult built = Command.Run("cc", [.. options, source, "-o", file]);
        Assert.True(built.ExitCode == 0, built.Error);
        return file;
    }
}

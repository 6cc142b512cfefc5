using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>nonpaged cc: sources that were written for Microsoft's compiler, as they are.</summary>
public sealed partial class CompileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-cc-test-");

    private static string Driver => Path.Combine(Repository.Root, "tests/Nonpaged.Ndis.Host.Tests/Drivers/windows/Driver.c");

    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void A_driver_whose_32_bit_numbers_are_unsigned_long_runs_with_windows_data_model(string compiler)
    {
        string driver = Path.Combine(_folder.FullName, "driver.so");
        CommandResult built = Compile(
            compiler, "--windows-data-model", "--", "-O2", "-g", "-Wall", "-Werror", $"-DSAMPLE=\"{Repository.Sample}\"", Driver,
            "-o", driver);
        Assert.True(built.ExitCode == 0, built.Error);
        CommandResult result = DriverRun.RunOn("rtl8139", driver, "--count", "20", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.DoesNotContain("FAILED", result.Error, StringComparison.Ordinal);
        Match checks = Summary().Match(result.Error);
        Assert.True(
            checks.Success && int.Parse(checks.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) > 40,
            result.Error);
        Assert.Contains(
            "driver: CheckedInitialize: 4000000000 -7 123456789abc wide BEEF", result.Error, StringComparison.Ordinal);
        Assert.Contains("driver: OnWork: ran", result.Error, StringComparison.Ordinal);
        JsonElement run = DriverRun.Json(result);
        Assert.Equal(20, run.GetProperty("ping").GetProperty("received").GetInt32());
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
        Assert.Empty(DriverRun.Reports(run));
    }

    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void Without_windows_data_model_the_places_that_say_long_are_named(string compiler)
    {
        CommandResult result = CompileText(
            compiler, "#include <ndis.h>\nstruct shared { unsigned long address; long long next; };\nlong other;\n");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("driver.c:2, ", result.Error, StringComparison.Ordinal);
        Assert.Contains("driver.c:3)", result.Error, StringComparison.Ordinal);
        Assert.Contains("--windows-data-model", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void An_error_names_the_driver_s_own_file_and_line(string compiler)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "Part.H"), "#define PART 1\nint 5wrong;\n");
        CommandResult result = CompileText(
            compiler, "#include <ndis.h>\n#include \"part.h\"\nint x = ;\n", "--windows-data-model");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains($"{_folder.FullName}/Part.H:2:", result.Error, StringComparison.Ordinal);
        Assert.Contains($"{_folder.FullName}/driver.c:3:", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void A_function_that_no_header_declares_is_an_error(string compiler)
    {
        CommandResult result = CompileText(compiler, "#include <ndis.h>\nvoid f(void) { NdisNoSuchCall(); }\n");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("NdisNoSuchCall", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Inline_functions_of_a_header_may_be_in_several_objects_and_sources_may_be_UTF_16_and_end_with_control_Z()
    {
        File.WriteAllText(
            Path.Combine(_folder.FullName, "Shared.h"),
            "#include <ndis.h>\n__inline int Twice(int x) { return 2 * x; }\nFORCEINLINE int Thrice(int x) { return 3 * x; }\n");
        string first = Write("first.c", "#include \"SHARED.H\"\nint (*First)(int) = Twice;\r\n\u001a");
        string second = Path.Combine(_folder.FullName, "second.c");
        File.WriteAllText(
            second, "#include \"shared.h\"\nint Second(int x) { return Twice(Thrice(x)); }\n", System.Text.Encoding.Unicode);
        CommandResult result = Compile(
            "gcc", "--", "-O0", first, second, "-Wl,-z,defs", "-o", Path.Combine(_folder.FullName, "both.so"));
        Assert.True(result.ExitCode == 0, result.Error);
    }

    [Fact]
    public void A_compiler_that_is_not_there_is_named()
    {
        CommandResult result = Compile("nocc", "--", "-c", Write("driver.c", "int x;\n"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nocc cannot be started", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private CommandResult CompileText(string compiler, string text, params string[] options) =>
        Compile(compiler, [.. options, "--", "-c", Write("driver.c", text), "-o", Path.Combine(_folder.FullName, "driver.o")]);

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }

    private static CommandResult Compile(string compiler, params IEnumerable<string> arguments)
    {
        // It skips the test where the compiler is missing.
        if (compiler != "nocc") Command.Run(compiler, ["--version"]);
        return Command.Run(Path.Combine(Repository.Root, "nonpaged"), ["cc", "--compiler", compiler, .. arguments]);
    }

    [GeneratedRegex(@"driver: (\d+) checks, 0 failures")]
    private static partial Regex Summary();
}

using System.Text.RegularExpressions;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>The C headers: each compiles alone and without a warning, by two compilers, in old C, C and C++.</summary>
public sealed partial class HeaderTests
{
    public static TheoryData<string, string, string> Compilers => new()
    {
        { "gcc", "c", "gnu89" },
        { "gcc", "c", "c11" },
        { "g++", "c++", "c++17" },
        { "clang", "c", "gnu89" },
        { "clang", "c", "c11" },
        { "clang", "c++", "c++17" },
    };

    [Theory]
    [MemberData(nameof(Compilers))]
    public void Each_header_compiles_alone_without_a_warning(string compiler, string language, string standard)
    {
        string[] headers = [.. Directory.EnumerateFiles(Repository.Headers, "*.h", SearchOption.AllDirectories)
            .Select(file => Path.GetFileName(file)!)
            .Where(IsWhole)
            .Order()];
        Assert.Contains("ndis.h", headers);
        foreach (string header in headers)
            Compile(compiler, language, standard, $"#include <{header}>\nint after_{header.Replace('.', '_')};\n", header);
    }

    /// <summary>As nonpaged cc and pkg-config have it, and in the Windows data model.</summary>
    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void Each_header_compiles_alone_for_a_driver_in_windows_data_model(string compiler)
    {
        Command.Run(compiler, ["--version"]);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-headers-");
        try
        {
            List<string> sources = [];
            foreach (string header in Directory.EnumerateFiles(Repository.Headers, "*.h", SearchOption.AllDirectories)
                .Select(file => Path.GetFileName(file)!)
                .Where(IsWhole))
            {
                sources.Add(Path.Combine(folder.FullName, $"{Path.GetFileNameWithoutExtension(header)}.c"));
                File.WriteAllText(sources[^1], $"#include <{header.ToUpperInvariant()}>\nunsigned long after;\n");
            }

            CommandResult result = Command.Run(
                Path.Combine(Repository.Root, "nonpaged"), ["cc", "--compiler", compiler, "--windows-data-model", "--", "-Wall",
                    "-Wextra", "-Werror", "-fsyntax-only", .. sources]);
            Assert.True(result.ExitCode == 0, result.Error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>libstdc++ has names that are annotations to old drivers.</summary>
    [Theory]
    [InlineData("g++", "c++11")]
    [InlineData("g++", "c++20")]
    [InlineData("clang++", "c++11")]
    [InlineData("clang++", "c++17")]
    public void In_front_of_every_header_of_the_standard_library_ndis_h_compiles_in_cpp(string compiler, string standard)
    {
        string[] headers =
        [
            "algorithm", "array", "atomic", "bitset", "chrono", "complex", "condition_variable", "deque", "exception",
            "fstream", "functional", "future", "initializer_list", "iomanip", "iostream", "iterator", "limits", "list",
            "locale", "map", "memory", "mutex", "new", "numeric", "queue", "random", "ratio", "regex", "set", "sstream",
            "stack", "stdexcept", "streambuf", "string", "system_error", "thread", "tuple", "type_traits", "typeinfo",
            "unordered_map", "unordered_set", "utility", "valarray", "vector", "cstdint", "cstdio", "cstdlib", "cstring",
            "cmath", "ctime",
        ];
        IEnumerable<string> includes = headers.Select(header => $"#include <{header}>");
        Compile(compiler, "c++", standard, $"#include <ndis.h>\n{string.Join('\n', includes)}\n", "ndis.h", "-Wno-pedantic");
        Compile(compiler, "c++", standard, "#include <memory>\n#define NONPAGED_SAL_IN_OUT\n#include <ndis.h>\n"
            + "void Call(__in int First, __out int *Second);\n", "sal.h");
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void Packing_begins_and_ends(string compiler, string language, string standard)
    {
        foreach (int bytes in (int[])[1, 2, 4, 8])
        {
            Compile(compiler, language, standard,
                $"#include <pshpack{bytes}.h>\nstruct packed {{ char c; double d; }};\n#include <poppack.h>\nstruct plain {{ "
                    + $"char c; double d; }};\n"
                + $"typedef char packed_ok[sizeof(struct packed) == 8 + {bytes} ? 1 : -1];\ntypedef char plain_ok[sizeof(struct "
                + "plain) == 16 ? 1 : -1];\n",
                $"pshpack{bytes}.h");
        }
    }

    /// <summary>Its addresses are taken by a driver, whose missing imports the program that loads it names.</summary>
    [Fact]
    public void Every_function_that_a_header_declares_is_there_when_a_driver_is_loaded()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-declared-");
        try
        {
            string all = Path.Combine(folder.FullName, "all.c"), list = Path.Combine(folder.FullName, "list");
            IEnumerable<string> headers = Directory.EnumerateFiles(Repository.Headers, "*.h")
                .Select(file => Path.GetFileName(file)!)
                .Where(IsWhole);
            File.WriteAllLines(all, headers.Select(header => $"#include <{header}>"));
            CommandResult listed = Command.Run(
                "gcc", ["-fshort-wchar", "-DNONPAGED_NO_INLINE", $"-I{Repository.Headers}", "-aux-info", list, "-c", all, "-o",
                    Path.Combine(folder.FullName, "all.o")]);
            Assert.True(listed.ExitCode == 0, listed.Error);
            List<string> names = [.. File.ReadLines(list)
                .Select(line => Declaration().Match(line))
                .Where(match => match.Success && match.Groups[1].Value.StartsWith(Repository.Headers, StringComparison.Ordinal))
                .Select(match => match.Groups[2].Value).Distinct()];
            Assert.True(names.Count > 150 && names.Contains("NdisMSendComplete"), string.Join(' ', names));
            File.WriteAllLines(all, [
                "#define NONPAGED_NO_INLINE", .. headers.Select(header => $"#include <{header}>"),
                "const void *const Addresses[] = {", .. names.Select(name => $"(const void *){name},"), "};",
                "NTSTATUS DriverEntry(PVOID First, PVOID Second) { (void)First, (void)Second; return STATUS_NOT_IMPLEMENTED; }",
            ]);
            using var driver = new DriverBuild(all);
            CommandResult result = DriverRun.RunOver(driver.File, "--over", "rtl8139", "--json");
            Assert.Contains("DriverEntry", DriverRun.Reason(DriverRun.Json(result)), StringComparison.Ordinal);
            Assert.DoesNotContain(" needs ", DriverRun.Reason(DriverRun.Json(result)), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // What gcc -aux-info writes of a declaration that is no definition.
    [GeneratedRegex(@"^/\* (\S+):\d+:NC \*/ extern .*?(\w+) \(")]
    private static partial Regex Declaration();

    // These are halves: one begins what the other ends.
    private static bool IsWhole(string header) =>
        !header.StartsWith("pshpack", StringComparison.Ordinal) && header != "poppack.h";

    private static void Compile(
        string compiler, string language, string standard, string source, string header, params string[] further)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-header-");
        try
        {
            string file = Path.Combine(folder.FullName, "header.txt");
            File.WriteAllText(file, source);
            CommandResult result = Command.Run(
                compiler, [$"-std={standard}", "-x", language, "-Wall", "-Wextra", "-pedantic", "-Werror", "-fshort-wchar",
                    $"-I{Repository.Headers}", "-idirafter", $"{Repository.Headers}/last",
                "-fsyntax-only", .. further, file]);
            Assert.True(result.ExitCode == 0, $"{header}: {result.Error}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

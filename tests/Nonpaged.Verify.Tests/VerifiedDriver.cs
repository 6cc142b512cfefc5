using System.Text.Json;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Verify.Tests;

/// <summary>A sample, with a fault or without, compiled in a folder of its own, and verified there.</summary>
internal sealed class VerifiedDriver : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-verify-");
    private readonly string _name;
    private readonly string[] _source;

    private VerifiedDriver(string name, string text, params IEnumerable<string> options)
    {
        _name = name;
        _source = text.Split('\n');
        string source = Path.Combine(_folder.FullName, $"{name}.c");
        System.IO.File.WriteAllText(source, text);
        CommandResult built = Command.Run("cc",
            ["-g", "-w", "-shared", "-fPIC", "-fshort-wchar", .. options,
            $"-I{Repository.Headers}", $"-I{Path.Combine(Repository.Root, "samples", name)}", source, "-o", File]);
        Assert.True(built.ExitCode == 0, built.Error);
    }

    public string File => Path.Combine(_folder.FullName, $"{_name}.so");

    /// <summary>A sample, with options for the compiler.</summary>
    public static VerifiedDriver Sample(string name, params IEnumerable<string> options) => new(name, Text(name), options);

    public static VerifiedDriver With(Fault fault)
    {
        string[] lines = Text(fault.Driver).Split('\n');
        int index = Assert.Single(Enumerable.Range(0, lines.Length), one => lines[one].Trim() == fault.Line);
        lines[index] = fault.By;
        // A race without a lock is seen by who watches each access.
        return new VerifiedDriver(fault.Driver, string.Join('\n', lines),
            fault.Check == "concurrency" ? ["-fsanitize=thread"] : []);
    }

    /// <summary>The sample with one text in place of another.</summary>
    public static VerifiedDriver With(string name, string text, string by, params IEnumerable<string> options)
    {
        Assert.Equal(2, Text(name).Split(text).Length);
        return new VerifiedDriver(name, Text(name).Replace(text, by, StringComparison.Ordinal), options);
    }

    /// <summary>The number of the one line with a text.</summary>
    public int LineOf(string text) =>
        1 + Assert.Single(Enumerable.Range(0, _source.Length), one => _source[one].Trim() == text);

    public string PathOf(string file) => Path.Combine(_folder.FullName, file);

    /// <summary>./nonpaged verify, as a user runs it.</summary>
    public CommandResult Verify(params IEnumerable<string> arguments) => Verify([File], On(_name), arguments);

    /// <summary>What it writes with --json -.</summary>
    public JsonElement Document(params IEnumerable<string> arguments)
    {
        CommandResult result = Verify([.. arguments, "--json", "-"]);
        string line = Assert.Single(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return JsonDocument.Parse(line).RootElement;
    }

    public static CommandResult Verify(string[] driver, string[] on, IEnumerable<string> arguments)
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        return Command.Run(Path.Combine(Repository.Root, "nonpaged"), ["verify", .. driver, .. on, .. arguments]);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Text(string name) =>
        System.IO.File.ReadAllText(Path.Combine(Repository.Root, "samples", name, $"{name}.c"));

    private static string[] On(string name) => name switch
    {
        "tap" => ["--nic", "none"],
        "rtl8139" => ["--nic", "rtl8139"],
        // Of the two cards the one whose model receives at once.
        _ => ["--over", "rtl8139"],
    };
}

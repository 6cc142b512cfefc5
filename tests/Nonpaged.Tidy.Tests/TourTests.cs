using Nonpaged.Machines.Qemu;

namespace Nonpaged.Tidy.Tests;

/// <summary>
/// docs/tour.md, step by step: its files are written to an empty folder, its commands run there, and what they write is compared
/// with what the document shows. <see cref="TourBlock"/> says how blocks are marked. eng/update-tour puts what the commands write
/// into the document (NONPAGED_UPDATE_TOUR).
/// </summary>
[Collection(TourCollection.Name)]
public sealed class TourTests : IDisposable
{
    private const int StepCount = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-tour-");

    [Fact]
    public void Step_1_shows_what_the_machine_gives() => Take(1);

    [Fact]
    public void Step_2_makes_a_ring_of_descriptors_in_CSharp()
    {
        Need(Environment.IsPrivilegedProcess, "needs root, for physical addresses");
        Need(File.Exists("/usr/bin/setpriv"), "needs setpriv (apt-get install util-linux)");
        Take(2);
    }

    [Fact]
    public void Step_3_makes_a_driver_in_C_and_finds_its_fault()
    {
        Need(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        Need(!string.IsNullOrEmpty(PackedPackages.Host), "The program that runs C drivers is not built (./test builds it).");
        Take(3);
    }

    [Fact]
    public void Step_4_forwards_frames_between_two_interfaces_in_CSharp()
    {
        Need(Environment.IsPrivilegedProcess, "needs root, for network namespaces and interfaces");
        Need(Bash("unshare --net true").ExitCode == 0, "This machine makes no network namespaces.");
        Need(Bash("command -v ip && command -v ping").ExitCode == 0, "needs ip and ping (apt-get install iproute2 iputils-ping)");
        Take(4);
    }

    [Fact]
    public void There_is_no_further_step_and_no_block_that_is_not_looked_at()
    {
        var document = TourDocument.Read();
        Assert.Equal(Enumerable.Range(1, StepCount), document.Steps.Select(step => step.Number));
        Assert.All(document.Steps, step => Assert.Contains(step.Blocks, block => block.Kind == "output"));
        Assert.Empty(document.Unmarked);
    }

    [Theory]
    [InlineData("", "sent    12 of 0x7f, 1.5 ms\n", true)]
    [InlineData("", "sent 12 of 0x7f, 1.5 ns", false)]
    [InlineData("", "sent 12 of 0x7f, 1.5 ms\nlost 3", false)]
    [InlineData("labels", "sent by another machine", true)]
    [InlineData("labels", "received 3", false)]
    [InlineData("\"sent 3 \"", "sent 3 of 0xa0, 17 ms", true)]
    [InlineData("\"sent 3 \"", "sent 2 of 0xa0, 17 ms", false)]
    public void An_output_is_as_it_was_but_for_numbers_and_blanks(string argument, string output, bool isAlike)
    {
        Exception? difference = Record.Exception(
            () => TourOutput.Compare(new TourBlock("output", argument, "sent 3 of 0xff, 20.25 ms\n", 0), output));
        Assert.Equal(isAlike, difference is null);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static bool Updates => Environment.GetEnvironmentVariable("NONPAGED_UPDATE_TOUR") is not null;

    // Outputs of one date are of one run of all steps.
    private static void Need(bool isThere, string reason)
    {
        if (Updates) Assert.True(isThere, reason);
        else Assert.SkipUnless(isThere, reason);
    }

    private void Take(int number)
    {
        TourStep step = TourDocument.Read().Steps.Single(one => one.Number == number);
        var outputs = new List<(TourBlock Block, string Output)>();
        string output = "";
        try
        {
            foreach (TourBlock block in step.Blocks)
            {
                if (block.Kind == "file") Write(block);
                else if (block.Kind is "run" or "undo") output = Run(block);
                else if (block.Kind == "output" && Updates) outputs.Add((block, output));
                else if (block.Kind == "output") TourOutput.Compare(block, output);
            }
        }
        catch
        {
            // Of what is to be undone some may never have been done.
            foreach (TourBlock block in step.Blocks.Where(one => one.Kind == "undo")) Bash(block.Text);
            throw;
        }

        if (Updates) TourDocument.Write(outputs);
    }

    private void Write(TourBlock file)
    {
        string path = Path.Combine(_folder.FullName, file.Argument);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, file.Text);
    }

    /// <summary>Gives what the commands write to standard output, without the names of folders of this machine.</summary>
    private string Run(TourBlock commands)
    {
        (int exitCode, string output) = Bash(commands.Text);
        Assert.True(
            exitCode == commands.ExitCode,
            $"docs/tour.md({commands.FirstLine + 1}): exit code {exitCode}\n{output}{File.ReadAllText(ErrorFile)}");
        return output.Replace($"{_folder.FullName}/", "", StringComparison.Ordinal)
            .Replace(Repository.Root, "$NONPAGED", StringComparison.Ordinal);
    }

    private string ErrorFile => Path.Combine(_folder.FullName, "errors");

    private (int ExitCode, string Output) Bash(string commands) => Dotnet.Run(
        "bash", _folder.FullName, Surroundings(), ["-c", $"exec 2>'{ErrorFile}'\n{commands}"]);

    // The SDK that runs this, and no server of its compiler that outlives the tests.
    private static Dictionary<string, string> Surroundings()
    {
        var all = new Dictionary<string, string>
        {
            ["NONPAGED"] = Repository.Root,
            ["UseSharedCompilation"] = "false",
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        };
        if (Path.GetDirectoryName(Environment.ProcessPath) is { } folder && File.Exists(Path.Combine(folder, "dotnet")))
            all["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        return all;
    }
}

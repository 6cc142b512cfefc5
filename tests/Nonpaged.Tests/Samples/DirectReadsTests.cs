namespace Nonpaged.Tests.Samples;

/// <summary>The sample that reads files into registered pool memory.</summary>
[Collection("host memory")]
public sealed class DirectReadsTests
{
    private const int IsRefused = 2;

    [Fact]
    public void The_sample_measures_each_way_at_both_lengths_and_deletes_its_file()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-reads-");
        try
        {
            (int exitCode, string output, string error) = Run("--quick", "--folder", folder.FullName);
            Assert.SkipWhen(exitCode == IsRefused, $"needs io_uring, and a file system with direct reads: {error}");
            Assert.True(exitCode == 0, error);
            string[] lines = output.Split('\n');
            string[] rows = [.. lines.Where(line => line.EndsWith(" us |", StringComparison.Ordinal))];
            Assert.Equal(2, lines.Count(line => line.Contains(" KiB | most MB/s |", StringComparison.Ordinal)));
            Assert.Equal(22, rows.Length);
            Assert.Equal(2, rows.Count(row => row.StartsWith("| Nonpaged, io_uring, registered |", StringComparison.Ordinal)));
            Assert.All(rows, row => Assert.DoesNotContain("NaN", row, StringComparison.Ordinal));
            Assert.Empty(folder.EnumerateFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_sample_says_how_it_is_called()
    {
        (int exitCode, _, string error) = Run("--rounds", "none");
        Assert.Equal(1, exitCode);
        Assert.Contains("usage: DirectReads", error, StringComparison.Ordinal);
    }

    private static (int ExitCode, string Output, string Error) Run(params string[] arguments) =>
        SampleProgram.Run("DirectReads", arguments);
}

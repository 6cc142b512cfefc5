using System.Diagnostics;
using System.Globalization;

namespace Nonpaged.Bench.Tests;

/// <summary>The peers' workloads in C, with an allocator that counts.</summary>
public sealed class PeerWorkloadTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_workload_in_C_frees_all_that_it_allocates_and_says_its_length_right(bool bySize)
    {
        using Counting counting = Build(bySize);
        foreach (string line in (string[])
            ["lifo 64", "batch 64", "bulk 16", "churn 1", "churn 2", "remote 64", "handover 64", "large 65537 1 0",
                "large 131072 64 1", "dma 1", "dma 64", "threads 1", "threads 8", "footprint classes", "footprint mix"])
        {
            (double answer, long allocated, long freed, long wrong) = counting.Ask(line);
            Assert.True(answer > 0, $"{line}: {answer}");
            Assert.True(allocated > 0 && allocated == freed && wrong == 0, $"{line}: {allocated}, {freed}, {wrong}");
        }
    }

    [Fact]
    public void Workloads_in_C_allocate_as_often_as_they_say()
    {
        using Counting counting = Build(bySize: false);
        Assert.Equal(1000 * 100, counting.Ask("threads 1").Allocated);
        Assert.Equal(1000 * 100, counting.Ask("threads 8").Allocated);
        Assert.Equal(2 * (1000 + 100_000), counting.Ask("footprint mix").Allocated);
        Assert.Equal(Lengths().Sum(length => long.Max(1, 4096 / length)), counting.Ask("footprint classes").Allocated);
        Assert.Equal(0, counting.Ask("footprint none").Allocated);
        Assert.Equal(0, counting.Ask("handover 64").Allocated % Handover<NoBlocks, nint>.Portion);
        Assert.Equal(0, counting.Ask("large 65537 64 0").Allocated % 64);
    }

    [Theory]
    [InlineData("large 65537 0 0", "1 to 64 large blocks")]
    [InlineData("large 65537 65 0", "1 to 64 large blocks")]
    [InlineData("threads 3", "no such workload")]
    [InlineData("footprint some", "no such phase")]
    public void What_is_no_workload_is_refused(string line, string reason)
    {
        using Counting counting = Build(bySize: false);
        Assert.Equal(reason, counting.Fail(line));
    }

    /// <summary>16 bytes apart up to 256, then eight a doubling, up to 64 KiB.</summary>
    private static IEnumerable<int> Lengths()
    {
        for (int length = 16; length <= 256; length += 16) yield return length;
        for (int doubling = 256; doubling < 65536; doubling *= 2)
            for (int eighth = 1; eighth <= 8; eighth++) yield return doubling + doubling / 8 * eighth;
    }

    private static Counting Build(bool bySize)
    {
        Assert.SkipUnless(Processor.AreTwo, "This machine has one processor.");
        Assert.SkipUnless(File.Exists("/usr/bin/gcc"), "needs gcc (apt-get install gcc libc6-dev)");
        return new Counting(bySize);
    }

    private readonly struct NoBlocks : IBlocks<nint>
    {
        public static bool IsSized => false;

        public nint Allocate(nuint size) => 0;

        public void Free(nint block, nuint size)
        {
        }

        public void WriteFirst(nint block, ulong value)
        {
        }

        public void Write(nint block, nuint at, byte value)
        {
        }

        public void Allocate(Span<nint> blocks, nuint size)
        {
        }

        public void Free(ReadOnlySpan<nint> blocks, nuint size)
        {
        }

        public (ulong Held, ulong Free) Memory() => (0, 0);
    }

    private sealed class Counting : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("nonpaged-bench-").FullName;

        public Counting(bool bySize)
        {
            // From artifacts/bin/PROJECT/CONFIGURATION: a build that can be repeated has no paths of sources.
            string root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../.."));
            string headers = Path.Combine(root, "benchmarks/peers/heap");
            (string output, int code) = Run(
                "/usr/bin/gcc", "", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", $"-DBY_LENGTH={(bySize ? 1 : 0)}", "-I",
                headers, "-o", Program, Path.Combine(root, "tests/Nonpaged.Bench.Tests/Heap/counting.c"));
            Assert.True(code == 0, output);
        }

        private string Program => Path.Combine(_folder, "counting");

        public (double Answer, long Allocated, long Freed, long Wrong) Ask(string line)
        {
            (string output, int code) = Run(Program, $"{line}\n", "0.1");
            Assert.True(code == 0, $"{line}: {output}");
            string[] lines = output.Split('\n');
            string[] words = lines[1].Split(' ');
            return (double.Parse(lines[0], CultureInfo.InvariantCulture), Number(1), Number(3), Number(5));

            long Number(int at) => long.Parse(words[at], CultureInfo.InvariantCulture);
        }

        public string Fail(string line)
        {
            (string output, int code) = Run(Program, $"{line}\n", "0.1");
            Assert.Equal(1, code);
            return output.Trim();
        }

        public void Dispose() => Directory.Delete(_folder, recursive: true);

        private static (string Output, int Code) Run(string file, string input, params string[] arguments)
        {
            using Process process = Process.Start(new ProcessStartInfo(file, arguments)
            { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (output + errors.GetAwaiter().GetResult(), process.ExitCode);
        }
    }
}

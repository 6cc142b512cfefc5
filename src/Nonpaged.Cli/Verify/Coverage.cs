using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Nonpaged.Cli;

/// <summary>
/// Which lines of a driver ran, by function, where it was compiled for that (gcc(1), --coverage): its code leaves counts beside
/// its object files, where they add up over runs, and gcov(1) reads them. A run that crashed has left none.
/// </summary>
internal static class Coverage
{
    /// <summary>Reads them; empty for drivers that were not compiled for it.</summary>
    /// <param name="drivers">The drivers' files.</param>
    /// <param name="missing">Why there are none for one that was; null where there are.</param>
    public static IReadOnlyList<CoverageDocument> Read(IEnumerable<string> drivers, out string? missing)
    {
        missing = null;
        List<CoverageDocument> functions = [];
        foreach (string counts in drivers.SelectMany(CountsOf).Where(File.Exists))
        {
            if (Ask(counts) is not { } output)
            {
                missing = "gcov is not there, so there is no coverage: apt-get install gcc";
                return [];
            }

            try
            {
                using var document = JsonDocument.Parse(output);
                foreach (JsonElement file in document.RootElement.GetProperty("files").EnumerateArray())
                    functions.AddRange(FunctionsOf(file));
            }
            catch (JsonException)
            {
                missing = $"gcov said nothing that can be read of {counts}";
            }
        }

        return functions;
    }

    private static IEnumerable<CoverageDocument> FunctionsOf(JsonElement file)
    {
        string name = file.GetProperty("file").GetString()!;
        ILookup<string?, long> counts = file.GetProperty("lines").EnumerateArray()
            .Where(line => line.TryGetProperty("function_name", out _))
            .ToLookup(line => line.GetProperty("function_name").GetString(), line => line.GetProperty("count").GetInt64());
        foreach (JsonElement function in file.GetProperty("functions").EnumerateArray())
        {
            string own = function.GetProperty("name").GetString()!;
            long[] lines = [.. counts[own]];
            // Of the headers, not of the driver.
            if (lines.Length == 0 || SdkHeaders.InlineFunctions.Contains(own)) continue;
            yield return new CoverageDocument(
                own, name, function.GetProperty("start_line").GetInt32(), lines.Length, lines.Count(count => count > 0));
        }
    }

    // The files of counts have their names in the driver.
    private static IEnumerable<string> CountsOf(string driver)
    {
        byte[] bytes = File.ReadAllBytes(driver);
        ReadOnlySpan<byte> end = ".gcda\0"u8;
        List<string> files = [];
        for (int at = 0; bytes.AsSpan(at).IndexOf(end) is >= 0 and var next; at += next + end.Length)
        {
            int start = bytes.AsSpan(0, at + next).LastIndexOf((byte)0) + 1;
            files.Add(Encoding.UTF8.GetString(bytes, start, at + next + end.Length - 1 - start));
        }

        return files;
    }

    private static string? Ask(string counts)
    {
        try
        {
            var start = new ProcessStartInfo("gcov") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (string word in (string[])["--json-format", "--stdout", counts]) start.ArgumentList.Add(word);
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

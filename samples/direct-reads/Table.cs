using System.Globalization;

namespace DirectReads;

/// <summary>What was measured, in Markdown.</summary>
internal static class Table
{
    /// <summary>What was measured at one length of blocks.</summary>
    /// <param name="length">Of a block, in bytes.</param>
    /// <param name="ways">A row each.</param>
    /// <param name="samples">Of each way, all rounds.</param>
    /// <param name="array">The row that the others are compared with: arrays by .NET's own call.</param>
    /// <param name="uring">Another such row: arrays by io_uring.</param>
    public static void Write(int length, Way[] ways, Sample[][] samples, Way array, Way uring)
    {
        double ofArray = Median(array), ofUring = Median(uring);
        Console.Write($"| {length >> 10} KiB | most MB/s | median MB/s ");
        Console.WriteLine("| x ReadAsync, O_DIRECT | x io_uring, arrays | CPU time a read |");
        Console.WriteLine("|---|---|---|---|---|---|");
        for (int i = 0; i < ways.Length; i++)
        {
            double median = Median(ways[i]);
            double cpu = Middle(samples[i].Select(one => one.Processors.TotalMicroseconds / one.Reads));
            double most = samples[i].Max(Speed);
            Console.Write(Line($"| {ways[i].Name} | {most:F0} | {median:F0} "));
            Console.WriteLine(Line($"| {median / ofArray:F2} | {median / ofUring:F2} | {cpu:F1} us |"));
        }

        Console.WriteLine();

        double Median(Way way) => Middle(samples[Array.IndexOf(ways, way)].Select(Speed));
        double Speed(Sample one) => one.Reads * (length / 1e6) / one.Time.TotalSeconds;
    }

    /// <summary>Text whose numbers are written the same way everywhere.</summary>
    public static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

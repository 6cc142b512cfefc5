using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>Results of <c>iova</c> as a table that a person reads.</summary>
internal static class IovaTable
{
    public static string Of(IovaResults results)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine($"{results.Guest}; on {results.Machine.Describe(results.Machine.Compiler)}. Times are of software "
            + "emulation: what counts is the ratios.");
        text.WriteLine();
        text.WriteLine("| memory | extent | map, ours | plain C | ours / C | unmap, ours | plain C | ours / C |");
        text.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (IovaRow row in results.Rows)
        {
            text.WriteLine($"| {row.Rung} | {Format.Bytes((long)row.Size)} | {row.Ours.Map:0.0} us | {row.C.Map:0.0} us | "
                + $"{row.Ratios.Map:0.00} | {row.Ours.Unmap:0.0} us | {row.C.Unmap:0.0} us | {row.Ratios.Unmap:0.00} |");
        }

        text.WriteLine();
        text.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"One translation: {results.Translate.Iommu:0.0} ns behind the IOMMU, {results.Translate.Host:0.0} ns in a pool of "
                + $"the host's frames in the same guest, ratio {results.Translate.Ratio:0.00}."));
        return text.ToString();
    }
}

using System.Text;

namespace Nonpaged.Xdp;

/// <summary>What the kernel's verifier wrote about a program that it refused.</summary>
internal static class VerifierLog
{
    /// <summary>Its last lines, without the statistics at the end.</summary>
    public static string Ending(ReadOnlySpan<byte> log)
    {
        int length = log.IndexOf((byte)0);
        string[] lines = Encoding.UTF8.GetString(length < 0 ? log : log[..length])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join("; ", lines.Where(line => !line.StartsWith("processed ", StringComparison.Ordinal)).TakeLast(2));
    }
}

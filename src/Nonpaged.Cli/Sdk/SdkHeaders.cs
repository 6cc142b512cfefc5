using System.Reflection;
using System.Text.RegularExpressions;
using Nonpaged.Ndis.Native;

namespace Nonpaged.Cli;

/// <summary>The C headers, which this program carries.</summary>
internal static partial class SdkHeaders
{
    /// <summary>The folder among them that a compiler searches last: a driver may have files of the same names.</summary>
    public const string Last = "last";

    /// <summary>The functions in them that a compiler may inline into a driver.</summary>
    public static IEnumerable<string> InlineFunctions
    {
        get
        {
            Assembly assembly = typeof(CallRecord).Assembly;
            foreach (string name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".h",
                StringComparison.Ordinal)))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                foreach (Match function in InlineFunction().Matches(reader.ReadToEnd())) yield return function.Groups[1].Value;
            }
        }
    }

    [GeneratedRegex(
        @"^(?:\w*_(?:INLINE|HELPER|FUNCTION)|FORCEINLINE|INLINE|static __inline__)\b[^;{(=]*?\b(\w+)\s*\(",
        RegexOptions.Multiline)]
    private static partial Regex InlineFunction();

    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Write(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, Last));
        Assembly assembly = typeof(CallRecord).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".h", StringComparison.Ordinal)))
        {
            using Stream header = assembly.GetManifestResourceStream(name)!;
            using FileStream file = File.Create(Path.Combine(folder, name));
            header.CopyTo(file);
        }
    }
}

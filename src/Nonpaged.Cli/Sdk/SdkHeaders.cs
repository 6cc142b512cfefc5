using System.Reflection;
using Nonpaged.Ndis.Native;

namespace Nonpaged.Cli;

/// <summary>The C headers, which this program carries.</summary>
internal static class SdkHeaders
{
    /// <summary>The folder among them that a compiler searches last: a driver may have files of the same names.</summary>
    public const string Last = "last";

    /// <summary>The files' names, without their folders.</summary>
    public static IEnumerable<string> Names => typeof(CallRecord).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".h", StringComparison.Ordinal))
        .Select(name => name[(name.LastIndexOf('/') + 1)..]);

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

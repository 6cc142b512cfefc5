using System.Globalization;

namespace Nonpaged.Machines.Tests.Qemu;

/// <summary>What proc(5) says about processes.</summary>
internal static class ProcessTable
{
    private static readonly string[] s_kinds = ["pipe:", "socket:", "/memfd:", "memfd:"];

    /// <summary>The process is there, as a zombie too.</summary>
    public static bool Exists(int id) => Directory.Exists($"/proc/{id}");

    /// <summary>The processes, zombies left out, whose environment has this entry.</summary>
    public static List<string> WithEnvironment(string entry)
    {
        var found = new List<string>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _)) continue;
            try
            {
                if (!File.ReadAllText($"{folder}/environ").Split('\0').Contains(entry)) continue;
                found.Add($"{Path.GetFileName(folder)} {File.ReadAllText($"{folder}/cmdline").Replace('\0', ' ')}");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked, or is somebody else's.
            }
        }

        return found;
    }

    /// <summary>This process's pipes, sockets and memory files: what each descriptor leads to.</summary>
    public static List<string> OpenDescriptors()
    {
        var found = new List<string>();
        foreach (string path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            try
            {
                // The runtime maps assemblies whenever it likes; of files it keeps descriptors.
                if (new FileInfo(path).LinkTarget is { } target
                    && s_kinds.Any(kind => target.StartsWith(kind, StringComparison.Ordinal)))
                {
                    found.Add(target);
                }
            }
            catch (IOException)
            {
                // The descriptor by which the folder is being read.
            }
        }

        return found;
    }

}

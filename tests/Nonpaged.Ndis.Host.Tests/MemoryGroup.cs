using System.Globalization;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>A control group with a limit of memory, for programs that would fill the machine if something were wrong.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private readonly string _folder;

    private MemoryGroup(string folder) => _folder = folder;

    /// <summary>Skips the test where no group can be made.</summary>
    public static MemoryGroup Create(long bytes)
    {
        const string top = "/sys/fs/cgroup";
        bool isFirst = File.Exists($"{top}/memory/memory.limit_in_bytes");
        string name = $"nonpaged-test-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}";
        string folder = isFirst ? $"{top}/memory/{name}" : $"{top}/{name}";
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"needs root, and a memory control group of its own ({exception.Message})");
        }

        var group = new MemoryGroup(folder);
        try
        {
            string limit = isFirst ? "memory.limit_in_bytes" : "memory.max";
            File.WriteAllText($"{folder}/{limit}", bytes.ToString(CultureInfo.InvariantCulture));
            return group;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            group.Dispose();
            Assert.Skip($"needs a control group whose memory can be limited ({exception.Message})");
            throw;
        }
    }

    /// <summary>Runs a program in the group.</summary>
    public CommandResult Run(string program, params IEnumerable<string> arguments) =>
        Command.Run("/bin/sh", ["-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"", _folder, program, .. arguments]);

    public void Dispose()
    {
        // A process that has just ended may still be in it.
        for (int attempt = 0; Directory.Exists(_folder); attempt++)
        {
            try
            {
                Directory.Delete(_folder);
            }
            catch (IOException) when (attempt < 100)
            {
                Thread.Sleep(20);
            }
        }
    }
}

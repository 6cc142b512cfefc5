namespace Nonpaged.Containers.Tests;

/// <summary>
/// The kernel makes and gives no huge pages of its pool until this is disposed of: a program that finds some takes them, and they
/// need no reference to stay.
/// </summary>
internal sealed class NoHugepages : IDisposable
{
    private readonly Dictionary<string, string> _before = [];

    public NoHugepages()
    {
        foreach (string folder in Directory.EnumerateDirectories("/sys/kernel/mm/hugepages"))
        {
            foreach (string file in (string[])[$"{folder}/nr_hugepages", $"{folder}/nr_overcommit_hugepages"])
            {
                string value = File.ReadAllText(file).Trim();
                if (value == "0") continue;
                _before.Add(file, value);
                File.WriteAllText(file, "0");
            }
        }
    }

    public void Dispose()
    {
        foreach ((string file, string value) in _before) File.WriteAllText(file, value);
    }
}

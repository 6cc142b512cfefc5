using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>A run that does not end by itself: what it says while it lasts, and each process that came of it.</summary>
internal sealed class FaultyRun : IDisposable
{
    private const int Patience = 120_000;

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly HashSet<int> _family = [];

    public FaultyRun(params IEnumerable<string> arguments)
    {
        _process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "nonpaged"), ["run", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        _process.OutputDataReceived += Add;
        _process.ErrorDataReceived += Add;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    /// <summary>Waits until the run says something, and remembers its processes. Gives their names.</summary>
    public string[] AwaitText(string text)
    {
        Assert.True(SpinWait.SpinUntil(
            () => Said.Contains(text, StringComparison.Ordinal) || _process.HasExited, Patience), Said);
        Assert.False(_process.HasExited, Said);
        _family.UnionWith(Below(_process.Id));
        return [.. _family.Select(NameOf)];
    }

    public void Signal(string name) => Command.Run("/bin/sh", ["-c", $"kill -{name} {_process.Id}"]);

    /// <summary>The run has ended, and each process that came of it.</summary>
    public void AssertGone()
    {
        Assert.True(_process.WaitForExit(Patience), Said);
        bool isGone = SpinWait.SpinUntil(() => !_family.Any(IsAlive), Patience);
        Assert.True(isGone, string.Join(' ', _family.Where(IsAlive).Select(id => $"{id} {NameOf(id)}")) + Said);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static HashSet<int> Below(int id)
    {
        ILookup<int, int> children = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out int one) ? one : 0)
            .Where(one => one != 0)
            .ToLookup(one => Stat(one) is { } stat ? int.Parse(stat[1], CultureInfo.InvariantCulture) : 0);
        HashSet<int> found = [id];
        var left = new Queue<int>(found);
        while (left.TryDequeue(out int parent))
        {
            foreach (int child in children[parent].Where(found.Add)) left.Enqueue(child);
        }

        return found;
    }

    // A zombie is for its parent to reap, which may be no process of ours.
    private static bool IsAlive(int id) => Stat(id) is { } stat && stat[0] is not "Z" and not "X";

    private static string NameOf(int id) => ReadAll($"/proc/{id}/comm")?.Trim() ?? "";

    // Behind the name, which may have spaces: the state, the parent.
    private static string[]? Stat(int id) =>
        ReadAll($"/proc/{id}/stat") is { } text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : null;

    private static string? ReadAll(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Add(object sender, DataReceivedEventArgs line)
    {
        lock (_said) _said.AppendLine(line.Data);
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Nonpaged.Tests.Extents;

/// <summary>A setting of the kernel's hugepages, which is set back when disposed.</summary>
internal sealed class HostSetting : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _file;
    private readonly int _before;

    public HostSetting(string file, int value)
    {
        _file = file;
        // Of pages made on demand that a test before this one had, the last may come back when it has ended: they would
        // count as taken, or as reserved.
        IsSoon(() => !File.Exists(Surplus) || Read(Surplus) == 0);
        _before = Value;
        int taken = 0;
        bool isTaken = IsSoon(() =>
        {
            Write(value);
            return (taken = Value) == value;
        });
        if (isTaken) return;
        Write(_before);
        Assert.Skip(
            $"{file} was set to {value} and is {taken}: another program holds huge pages, or memory is too fragmented for more.");
    }

    private string Surplus => Path.Combine(Path.GetDirectoryName(_file)!, "surplus_hugepages");

    // What nr_hugepages tells counts pages made on demand too, and what is written to it does not
    // (Documentation/admin-guide/mm/hugetlbpage.rst).
    private int Value => Read(_file) - (_file == Host.Reserved ? Read(Surplus) : 0);

    public void Dispose() => Write(_before);

    private static bool IsSoon(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > s_patience) return false;
            Thread.Sleep(10);
        }

        return true;
    }

    private static int Read(string file) => int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);

    private void Write(int value) => File.WriteAllText(_file, value.ToString(CultureInfo.InvariantCulture));
}

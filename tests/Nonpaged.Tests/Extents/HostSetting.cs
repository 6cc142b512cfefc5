using System.Globalization;

namespace Nonpaged.Tests.Extents;

/// <summary>A setting of the kernel, as it was again when disposed.</summary>
internal sealed class HostSetting : IDisposable
{
    private readonly string _file;
    private readonly string _before;

    public HostSetting(string file, int value)
    {
        _file = file;
        _before = File.ReadAllText(file);
        File.WriteAllText(file, value.ToString(CultureInfo.InvariantCulture));
        int taken = int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
        if (taken == value) return;
        File.WriteAllText(file, _before);
        Assert.Skip($"{file} was set to {value} and is {taken}: another program holds huge pages, or memory is too fragmented for more.");
    }

    public void Dispose() => File.WriteAllText(_file, _before);
}

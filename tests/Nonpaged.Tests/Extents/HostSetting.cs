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
        Assert.Equal(value, int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture));
    }

    public void Dispose() => File.WriteAllText(_file, _before);
}

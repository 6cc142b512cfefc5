using Nonpaged.Drivers.E1000;
using Nonpaged.Drivers.Rtl8139;

namespace Nonpaged.Drivers;

/// <summary>The miniports of this package.</summary>
public static class NetworkDrivers
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<MiniportDriver> All { get; } = [E1000Miniport.Driver, Rtl8139Miniport.Driver];

    /// <summary>The one with a name ("e1000", "rtl8139"), or null.</summary>
    public static MiniportDriver? Find(string name) => All.FirstOrDefault(driver => driver.Name == name);
}

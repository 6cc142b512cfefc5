using System.Text;

namespace Nonpaged.Ndis;

/// <summary>
/// The registry's keys of network adapters. A protocol that is not told of adapters finds their names there: in the class of
/// network adapters, or in what Tcpip is bound to.
/// </summary>
internal sealed class AdapterKeys(Registry registry)
{
    private const string Class =
        @"\Registry\Machine\System\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}";

    private readonly Lock _gate = new();
    private readonly List<string> _devices = [];

    /// <summary>An adapter that starts again keeps its key.</summary>
    public void Add(string adapter, string driver)
    {
        lock (_gate)
        {
            string device = AdapterNames.Device(adapter);
            if (_devices.Contains(device)) return;
            RegistryKey key = registry.Create(null, $@"{Class}\{_devices.Count:D4}", out _)!;
            _devices.Add(device);
            registry.Set(key, Text("DriverDesc", driver));
            registry.Set(key, Text("NetCfgInstanceId", adapter));
            RegistryKey linkage = registry.Create(key, "Linkage", out _)!;
            registry.Set(linkage, Texts("RootDevice", [adapter]));
            registry.Set(linkage, Texts("Export", [device]));
            RegistryKey tcpip = registry.Create(null, $@"{Registry.Services}\Tcpip\Linkage", out _)!;
            registry.Set(tcpip, Texts("Bind", _devices));
        }
    }

    private static RegistryValue Text(string name, string text) =>
        new(name, RegistryValue.String, Encoding.Unicode.GetBytes(text + '\0'));

    private static RegistryValue Texts(string name, IEnumerable<string> texts) =>
        new(name, RegistryValue.MultiString, Encoding.Unicode.GetBytes(string.Concat(texts.Select(text => text + '\0')) + '\0'));
}

using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>Where a protocol's parameters for one of its bindings are: the text that ProtocolBindAdapter gets.</summary>
internal static class ProtocolParameters
{
    private const string Services = @"\Registry\Machine\System\CurrentControlSet\Services\";
    private const string Adapters = @"\Parameters\Adapters\";

    /// <summary>As the registry of Windows names it (NDIS 5, "ProtocolBindAdapter").</summary>
    public static string Section(ProtocolRegistration protocol, Adapter adapter) =>
        $"{Services}{protocol.Driver.Name}{Adapters}{adapter.Name}";

    /// <summary>What a section names; null where there is no such protocol, or it is malformed.</summary>
    public static ParameterStore? Find(NdisInstance instance, string section)
    {
        if (!section.StartsWith(Services, StringComparison.OrdinalIgnoreCase)) return null;
        string[] parts = section[Services.Length..].Split(Adapters, 2);
        if (instance.Handles.All<ProtocolRegistration>().FirstOrDefault(one => one.Driver.Name == parts[0]) is not { } protocol)
            return null;
        ConcurrentDictionary<string, string> values = ParameterStore.Copy(protocol.Owner?.Configuration);
        if (parts.Length == 2) values.TryAdd("UpperBindings", $"{protocol.Driver.Name}-{parts[1]}");
        return new ParameterStore(instance, protocol.Driver, null, values);
    }
}

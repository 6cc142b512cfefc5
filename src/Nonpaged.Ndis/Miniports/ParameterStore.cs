using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>
/// The parameters of an adapter or of a protocol, as the registry would keep them; keywords are compared without regard to case.
/// </summary>
/// <param name="Instance">The instance.</param>
/// <param name="Driver">Whose they are.</param>
/// <param name="Adapter">The adapter; null where they are a protocol's.</param>
/// <param name="Values">The values by their keywords.</param>
internal sealed record ParameterStore(
    NdisInstance Instance, Driver Driver, Adapter? Adapter, ConcurrentDictionary<string, string> Values)
{
    public static ConcurrentDictionary<string, string> Copy(IReadOnlyDictionary<string, string>? values) =>
        new(values ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase);
}

using System.Diagnostics.CodeAnalysis;

namespace Nonpaged;

/// <summary>
/// Whether frees are checked. On, unless a program is published (trimmed or NativeAOT) with the feature switch
/// Nonpaged.HeapChecks set to false.
/// </summary>
internal static class HeapChecks
{
    // A constant to the JIT; the trimmer and the AOT compiler put the switch's value in its place.
    [FeatureSwitchDefinition("Nonpaged.HeapChecks")]
    public static bool IsOn => true;
}

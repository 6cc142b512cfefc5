namespace Nonpaged.Ndis;

/// <summary>Another name of a device.</summary>
/// <param name="Name">In its one way to write it.</param>
/// <param name="Target">What it stands for.</param>
/// <param name="Driver">Whose it is.</param>
/// <param name="Call">The call that made it.</param>
/// <param name="Site">Where in a C driver; null where that is not known.</param>
internal sealed record SymbolicLink(string Name, string Target, Driver Driver, string Call, string? Site);

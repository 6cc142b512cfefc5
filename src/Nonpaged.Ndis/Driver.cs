namespace Nonpaged.Ndis;

/// <summary>Who calls NDIS: the name that reports and the list of allocations give.</summary>
public sealed record Driver(string Name, DriverKind Kind)
{
    internal static Driver Program { get; } = new("program", DriverKind.Program);
}

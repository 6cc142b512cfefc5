namespace Nonpaged.Machines.Vfio;

/// <summary>Addresses from one to another, the last one included.</summary>
internal readonly record struct IovaRange(ulong Start, ulong Last)
{
    public override string ToString() => $"0x{Start:x}-0x{Last:x}";
}

namespace Nonpaged.Ndis.Host;

/// <summary>While one of a C driver's functions runs: its name, and the driver's, are in the <see cref="CallRecord"/>.</summary>
internal readonly ref struct DriverFunction
{
    private readonly (string? Driver, string? Function) _outer;

    private DriverFunction((string? Driver, string? Function) outer) => _outer = outer;

    public static DriverFunction Enter(string name) => new(CurrentCall.BeginFunction(name));

    public void Dispose() => CurrentCall.EndFunction(_outer);
}

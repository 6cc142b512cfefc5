namespace Nonpaged.Ndis.Host;

/// <summary>While one of a C driver's functions runs: its name is in the <see cref="CallRecord"/>.</summary>
internal readonly ref struct DriverFunction
{
    private readonly string? _outer;

    private DriverFunction(string? outer) => _outer = outer;

    public static DriverFunction Enter(string name) => new(CurrentCall.BeginFunction(name));

    public void Dispose() => CurrentCall.EndFunction(_outer);
}

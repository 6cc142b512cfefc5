using Nonpaged.Cli;

namespace Nonpaged.Ndis.Host;

/// <inheritdoc/>
internal sealed class SharedDriverLoader : IDriverLoader
{
    public DriverShape Look(string file) => SharedDriver.Look(file);

    public MiniportDriver Load(string file) => SharedDriver.Load(file);

    public IReadOnlyList<CodePlace> Stack() => CallSites.Stack();

    public CodePlace? PlaceOf(nint function) => CallSites.Find(function);
}

using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>Loads C drivers into this process.</summary>
internal interface IDriverLoader
{
    /// <summary>What a driver is. None of its code runs.</summary>
    /// <exception cref="CommandException">It cannot be loaded, and why.</exception>
    DriverShape Look(string file);

    /// <summary>Loads a driver.</summary>
    /// <exception cref="CommandException">It cannot be loaded, and why.</exception>
    MiniportDriver Load(string file);

    /// <summary>The places in drivers that the calling thread's stack has, innermost first.</summary>
    IReadOnlyList<CodePlace> Stack();

    /// <summary>Where in a driver a function begins; null where it is none of a driver.</summary>
    CodePlace? PlaceOf(nint function);
}

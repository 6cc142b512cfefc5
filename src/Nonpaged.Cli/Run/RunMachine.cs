using Nonpaged.Machines;

namespace Nonpaged.Cli;

/// <summary>The machine of a run, and which of its devices the drivers get.</summary>
/// <param name="Machine">The machine, which this owns.</param>
/// <param name="Nic">The network card.</param>
/// <param name="Peer">The second one; null where one is enough.</param>
/// <param name="Memory">Where its memory is, for a person.</param>
/// <param name="Warning">What a person should know of it; null for nothing.</param>
internal sealed record RunMachine(Machine Machine, MachineDevice Nic, MachineDevice? Peer, string Memory,
    string? Warning = null) : IDisposable
{
    public void Dispose() => Machine.Dispose();
}

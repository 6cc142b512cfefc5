using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>What a run starts a machine's adapters for.</summary>
internal interface IAdapterRun
{
    /// <summary>Starts the adapters, uses them, and halts them, whatever happens on the way.</summary>
    Task RunAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver);

    /// <summary>Adds what was done, also where that was not all.</summary>
    RunDocument AddTo(RunDocument document);
}

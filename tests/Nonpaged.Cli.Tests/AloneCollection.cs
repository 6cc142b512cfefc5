namespace Nonpaged.Cli.Tests;

/// <summary>
/// Tests that load the machine, count what the process holds, or fork it: one at a time, and nothing beside them.
/// </summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

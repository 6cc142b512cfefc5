namespace Nonpaged.Xdp.Tests.Faults;

/// <summary>A hook into the system calls is the whole process's: nothing else may run beside.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

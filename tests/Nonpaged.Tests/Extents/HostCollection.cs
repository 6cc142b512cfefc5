namespace Nonpaged.Tests.Extents;

/// <summary>
/// Tests that change settings of the kernel, count what it gave, or put a hook before its calls: one at a
/// time, and nothing beside them.
/// </summary>
[CollectionDefinition("host memory", DisableParallelization = true)]
public sealed class HostCollection;

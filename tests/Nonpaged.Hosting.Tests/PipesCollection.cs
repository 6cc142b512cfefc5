namespace Nonpaged.Hosting.Tests;

/// <summary>Tests that drain pipes of this process: beside them no other may make any.</summary>
[CollectionDefinition("pipes", DisableParallelization = true)]
public sealed class PipesCollection;

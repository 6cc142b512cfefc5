namespace Nonpaged.Interop.Tests;

/// <summary>
/// Tests that close one end of something and see what becomes of the other, and those that start processes: a child has copies of
/// all descriptors, those that exec closes until then. So one at a time, and nothing beside them.
/// </summary>
[CollectionDefinition("descriptors", DisableParallelization = true)]
public sealed class DescriptorCollection;

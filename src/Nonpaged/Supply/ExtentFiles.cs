using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>The memory files that a rung's extents are of: how they are made, extended, checked and sealed.</summary>
/// <param name="rung">The rung.</param>
/// <param name="options">Of the pool.</param>
internal sealed class ExtentFiles(Rung rung, NonpagedPoolOptions options)
{
    /// <summary>What they are called in /proc/PID/maps.</summary>
    public string Name => $"nonpaged:{options.Name}:{rung.Name.Replace(' ', '-')}";

    /// <summary>Makes a file longer, binds what is new to a node, and fills it.</summary>
    public AllocationFailure? Extend(MemoryFile file, nuint length, int? node)
    {
        nuint before = file.Length;
        SysResult extended = file.ExtendTo(length);
        if (!extended.IsError && node is { } bound && NumaNodes.Bind(file.Start + before, length - before, bound) is { } refused)
            return refused;
        return extended.IsError ? rung.Short(length, extended.Errno) : rung.Fill(file, before, length - before);
    }

    /// <summary>Whether the file's memory lies on the node that was asked for, after it was filled.</summary>
    public AllocationFailure? CheckNode(MemoryFile file, in PageRequest request) =>
        request.Node is { } node ? NumaNodes.Check(file.Start, file.Length, rung.Unit, node) : null;

    /// <summary>What another process may do with an extent for a request.</summary>
    public Sharing SharingFor(in PageRequest request) => request.Sharing > options.Sharing ? request.Sharing : options.Sharing;

    public ExtentOrigin OriginFor(in PageRequest request) =>
        request.Sharing > options.Sharing ? ExtentOrigin.HostForOne : ExtentOrigin.Host;

    /// <summary>Keeps the file from being made shorter, and from what its sharing does not allow.</summary>
    public AllocationFailure? Seal(MemoryFile file, in PageRequest request) =>
        file.Seal(SharingFor(request)) is { IsError: true } refused
            ? ExtentFailures.NotSealed(refused.Errno)
            : null;
}

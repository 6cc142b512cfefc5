namespace Nonpaged.Bench;

/// <summary>The two calls of an allocator of addresses, for <see cref="AddressBlocks{TCalls}"/>.</summary>
internal interface ICalls
{
    nint Allocate(nuint size);

    void Free(nint block);
}

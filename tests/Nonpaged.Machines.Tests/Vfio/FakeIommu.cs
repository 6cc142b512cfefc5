using Nonpaged.Machines.Vfio;

namespace Nonpaged.Machines.Tests.Vfio;

/// <summary>An IOMMU of which only the book is kept: what is mapped where.</summary>
internal sealed class FakeIommu(ulong highest = 0xffff_ffff) : IommuAddressSpace
{
    private readonly IovaAllocator _addresses = new(
        [new IovaRange(0, 0xfedf_ffff), new IovaRange(0xfef0_0000, 0x7f_ffff_ffff)], highest);

    public override string Name => "fake IOMMU";

    /// <summary>IOVA, address and length of each mapping.</summary>
    public SortedList<ulong, (nuint Address, nuint Length)> Mappings { get; } = [];

    /// <summary>So many more mappings may be made.</summary>
    public int Room { get; set; } = int.MaxValue;

    public ulong FreeBytes => _addresses.FreeBytes;

    /// <summary>The memory that a device would reach at an IOVA; 0 where it would fault.</summary>
    public nuint Reach(ulong iova) => Mappings
        .Where(mapping => iova >= mapping.Key && iova - mapping.Key < mapping.Value.Length)
        .Select(mapping => mapping.Value.Address + (nuint)(iova - mapping.Key)).FirstOrDefault();

    public override ulong? TryReserve(IovaRequest request, out AllocationFailure? failure)
    {
        ulong? start = _addresses.TryTake(request);
        failure = start is null ? new AllocationFailure(FailureKind.Other, "no addresses", "the fake's", "none") : null;
        return start;
    }

    public override AllocationFailure? TryMap(ulong iova, nuint address, nuint length)
    {
        if (Room-- <= 0) return new AllocationFailure(FailureKind.Other, "no further mapping", "the fake's", "none");
        Mappings.Add(iova, (address, length));
        return null;
    }

    public override void Release(ulong iova, nuint length)
    {
        if (Mappings.TryGetValue(iova, out (nuint Address, nuint Length) mapping)) Assert.Equal(mapping.Length, length);
        Mappings.Remove(iova);
        _addresses.Give(iova, length);
    }
}

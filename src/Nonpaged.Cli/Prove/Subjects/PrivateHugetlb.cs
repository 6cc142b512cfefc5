using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>2 MiB pages of the kernel's pool in a private mapping, as allocators take them.</summary>
internal sealed unsafe class PrivateHugetlb() : MappedMemory("hugetlb", LibC.MAP_HUGETLB | LibC.MAP_HUGE_2MB)
{
    /// <summary>Populated here, since a touch that finds no page ends in SIGBUS.</summary>
    protected override string? Finish(byte* start, nuint length)
    {
        SysResult populated = LibC.MAdvise(start, length, LibC.MADV_POPULATE_WRITE);
        return populated.IsError ? Explain(populated.Errno) : null;
    }

    protected override string Explain(Errno errno) => $"no hugepages: {errno} (vm.nr_hugepages, vm.nr_overcommit_hugepages)";
}

using System.Diagnostics;
using Nonpaged.Machines.Vfio;

namespace Nonpaged.Bench;

/// <summary>Our side of "iova": memory that is there is mapped for a device and unmapped, addresses found for it included.</summary>
internal static unsafe class OurIova
{
    private const uint HugePage = 2 << 20;

    /// <summary>Answers with the least time of a mapping and of an unmapping, in microseconds.</summary>
    public static int Map(string device, MemoryRung rung, ulong bytes, int rounds)
    {
        using NonpagedPool memory = NonpagedPool.Create(new NonpagedPoolOptions { Name = "bench", Ladder = [rung] });
        MemoryBlock block = memory.Allocate(new MemoryRequest((nuint)bytes) { WholePages = true });
        using VfioMachine machine = VfioMachine.Open(new VfioOptions { Devices = [device] });
        IommuAddressSpace iommu = machine.Iommu;
        var wanted = new IovaRequest((nuint)bytes, HugePage, 0, (nuint)bytes, PhysicalAddress.Max);
        (double map, double unmap) = (double.MaxValue, double.MaxValue);
        for (int round = 0; round < rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            AllocationFailure? failure = null;
            if (iommu.TryReserve(wanted, out failure) is not { } iova || (failure = iommu.TryMap(iova, (nuint)block.Address, (nuint)bytes)) is not null)
                throw new BenchException($"{failure}");
            long mapped = Stopwatch.GetTimestamp();
            iommu.Release(iova, (nuint)bytes);
            unmap = double.Min(unmap, Stopwatch.GetElapsedTime(mapped).TotalMicroseconds);
            map = double.Min(map, Stopwatch.GetElapsedTime(start, mapped).TotalMicroseconds);
        }

        Console.Out.WriteLine($"{Format.Number(map)} {Format.Number(unmap)}");
        return 0;
    }

    /// <summary>As <see cref="OurTranslate.Measure(ulong)"/>, in a pool behind an IOMMU.</summary>
    public static int Translate(string device, ulong bytes)
    {
        using VfioMachine machine = VfioMachine.Open(new VfioOptions { Devices = [device] });
        using NonpagedPool pool = machine.CreatePool(new NonpagedPoolOptions { Name = "bench" });
        return OurTranslate.Measure(pool, bytes);
    }
}

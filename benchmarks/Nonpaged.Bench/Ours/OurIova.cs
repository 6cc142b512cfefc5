using System.Diagnostics;
using Nonpaged.Machines.Vfio;

namespace Nonpaged.Bench;

/// <summary>
/// Our side of "iova": memory that is there is mapped for a device and unmapped, addresses found for it included.
/// </summary>
internal static unsafe class OurIova
{
    private const uint HugePage = 2 << 20;

    /// <summary>
    /// Answers with a line for each side: the least time of a mapping and of an unmapping, in microseconds. C is given the same
    /// memory: how long the kernel takes depends on its frames.
    /// </summary>
    public static int Map(string device, string group, MemoryRung rung, ulong bytes, int rounds, bool cFirst)
    {
        using var memory = NonpagedPool.Create(new NonpagedPoolOptions { Name = "bench", Ladder = [rung] });
        MemoryBlock block = memory.Allocate(new MemoryRequest((nuint)bytes) { Shared = Sharing.ReadWrite });
        using ExportedMemory exported = memory.Export(block);
        string file = $"/proc/{Environment.ProcessId}/fd/{exported.Descriptor.DangerousGetHandle()}";
        string[] arguments =
            [device, group, $"{rounds}", file, .. exported.Ranges.Select(range => $"{range.Offset}:{range.Length}")];
        if (cFirst) Console.Out.WriteLine($"c {Child.Run("iova", arguments)[0]}");
        Console.Out.WriteLine($"ours {Measure(device, block, rounds)}");
        if (!cFirst) Console.Out.WriteLine($"c {Child.Run("iova", arguments)[0]}");
        return 0;
    }

    private static string Measure(string device, MemoryBlock block, int rounds)
    {
        using var machine = VfioMachine.Open(new VfioOptions { Devices = [device] });
        IommuAddressSpace iommu = machine.Iommu;
        var wanted = new IovaRequest(block.Length, HugePage, 0, block.Length, PhysicalAddress.Max);
        (double map, double unmap) = (double.MaxValue, double.MaxValue);
        for (int round = 0; round < rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            AllocationFailure? failure = null;
            if (iommu.TryReserve(wanted, out failure) is not { } iova
                || (failure = iommu.TryMap(iova, (nuint)block.Address, block.Length)) is not null)
            {
                throw new BenchException($"{failure}");
            }

            long mapped = Stopwatch.GetTimestamp();
            iommu.Release(iova, block.Length);
            unmap = double.Min(unmap, Stopwatch.GetElapsedTime(mapped).TotalMicroseconds);
            map = double.Min(map, Stopwatch.GetElapsedTime(start, mapped).TotalMicroseconds);
        }

        return $"{Format.Number(map)} {Format.Number(unmap)}";
    }

    /// <summary>As <see cref="OurTranslate.Measure(ulong)"/>, in a pool behind an IOMMU.</summary>
    public static int Translate(string device, ulong bytes)
    {
        using var machine = VfioMachine.Open(new VfioOptions { Devices = [device] });
        using NonpagedPool pool = machine.CreatePool(new NonpagedPoolOptions { Name = "bench" });
        return OurTranslate.Measure(pool, bytes);
    }
}

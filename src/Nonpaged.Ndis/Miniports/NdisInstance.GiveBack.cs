namespace Nonpaged.Ndis;

public sealed unsafe partial class NdisInstance
{
    /// <summary>Reports and takes back the memory and the pools that a driver left when it ended.</summary>
    internal void GiveBack(Driver driver, string who)
    {
        foreach (var pool in Handles.All<DescriptorPool>().Where(one => ReferenceEquals(one.Elements.Owner, driver)))
        {
            var elements = pool.Elements;
            Report(
                NdisReportKind.Leak,
                pool is PacketPool ? "NdisAllocatePacketPool" : "NdisAllocateBufferPool",
                driver,
                $"{who} left a pool of {elements.Limit} {elements.Kind}s, {elements.Taken} of them taken.");
            Handles.Remove(elements.Handle);
            elements.Abandon();
        }

        foreach (var allocation in Memory.Outstanding.Where(one => ReferenceEquals(one.Driver, driver)).ToArray())
        {
            Report(
                NdisReportKind.Leak,
                allocation.Call,
                driver,
                $"{who} left {allocation.Length} bytes at 0x{allocation.VirtualAddress:x} allocated.");
            Pool.Find((void*)allocation.VirtualAddress)?.Dispose();
        }
    }
}

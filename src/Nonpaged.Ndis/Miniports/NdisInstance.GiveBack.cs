namespace Nonpaged.Ndis;

public sealed unsafe partial class NdisInstance
{
    // A driver that loses a block for each packet is known by fewer.
    private const int MostLeaks = 1 << 16;

    private readonly Lock _leakLock = new();
    private readonly List<NdisLeak> _leaks = [];

    /// <summary>Blocks and handles that drivers left when they ended, oldest first, 65,536 at most.</summary>
    public IReadOnlyList<NdisLeak> Leaks
    {
        get
        {
            lock (_leakLock) return [.. _leaks];
        }
    }

    /// <summary>
    /// Says where a C driver's call in progress comes from; null where there is no C driver. Must not throw, nor call
    /// NDIS.
    /// </summary>
    internal static Func<string?>? CallSite { get; set; }

    internal void Report(NdisLeak leak)
    {
        lock (_leakLock)
        {
            if (_leaks.Count < MostLeaks) _leaks.Add(leak);
        }

        Report(new NdisReport(NdisReportKind.Leak, leak.Call, leak.Driver, leak.What));
    }

    /// <summary>Reports and takes back the memory and the pools that a driver left when it was unloaded.</summary>
    internal void GiveBack(Driver driver, string who)
    {
        foreach (DescriptorPool pool in Handles.All<DescriptorPool>().Where(one => ReferenceEquals(one.Elements.Owner, driver)))
        {
            ElementPool elements = pool.Elements;
            string call = pool is PacketPool ? "NdisAllocatePacketPool" : "NdisAllocateBufferPool";
            string what = $"{who} left a pool of {elements.Limit} {elements.Kind}s, {elements.Taken} of them taken.";
            Report(new NdisLeak(driver.Name, call, what) { Site = Handles.SiteOf(elements.Handle) });
            Handles.Remove(elements.Handle);
            elements.Abandon();
        }

        foreach (LookasideList list in Handles.All<LookasideList>().Where(one => ReferenceEquals(one.Owner, driver)).ToArray())
        {
            const string Call = nameof(NdisLibrary.NdisInitializeNPagedLookasideList);
            string what = $"{who} left a lookaside list of blocks of {list.Size} bytes.";
            Report(new NdisLeak(driver.Name, Call, what) { Site = Handles.SiteOf(list.Handle) });
            Handles.Remove(list.Handle);
        }

        foreach (NdisAllocation allocation in Memory.Outstanding.Where(one => ReferenceEquals(one.Driver, driver)).ToArray())
        {
            Report(NdisLeak.Of(allocation, who));
            Pool.Find((void*)allocation.VirtualAddress)?.Dispose();
        }
    }
}

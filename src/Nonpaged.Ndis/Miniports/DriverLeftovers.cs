namespace Nonpaged.Ndis;

/// <summary>What a driver leaves when it ends.</summary>
internal static unsafe class DriverLeftovers
{
    /// <summary>Reports and takes back the memory and the pools that a driver left when it was unloaded.</summary>
    public static void GiveBack(NdisInstance instance, Driver driver, string who)
    {
        // What still runs would use the rest.
        instance.Kernel.GiveBack(driver, who);
        foreach (DescriptorPool pool in instance.Handles.All<DescriptorPool>()
            .Where(one => ReferenceEquals(one.Elements.Owner, driver)))
        {
            ElementPool elements = pool.Elements;
            string call = pool is PacketPool ? "NdisAllocatePacketPool" : "NdisAllocateBufferPool";
            string what = $"{who} left a pool of {elements.Limit} {elements.Kind}s, {elements.Taken} of them taken.";
            instance.Report(new NdisLeak(driver.Name, call, what)
            {
                Site = instance.Handles.SiteOf(elements.Handle),
                Stack = instance.Handles.StackOf(elements.Handle),
            });
            instance.Handles.Remove(elements.Handle);
            elements.Abandon();
        }

        foreach (OpenConfiguration open in instance.Handles.All<OpenConfiguration>()
            .Where(one => one.Parameters.Adapter is null && ReferenceEquals(one.Parameters.Driver, driver)))
        {
            const string Call = nameof(NdisLibrary.NdisOpenProtocolConfiguration);
            instance.Report(new NdisLeak(driver.Name, Call, $"{who} left a configuration open.")
            {
                Site = instance.Handles.SiteOf(open.Handle),
                Stack = instance.Handles.StackOf(open.Handle),
            });
            instance.Handles.Remove(open.Handle);
            open.Dispose();
        }

        foreach (LookasideList list in instance.Handles.All<LookasideList>()
            .Where(one => ReferenceEquals(one.Owner, driver))
            .ToArray())
        {
            const string Call = nameof(NdisLibrary.NdisInitializeNPagedLookasideList);
            string what = $"{who} left a lookaside list of blocks of {list.Size} bytes.";
            instance.Report(new NdisLeak(driver.Name, Call, what)
            {
                Site = instance.Handles.SiteOf(list.Handle),
                Stack = instance.Handles.StackOf(list.Handle),
            });
            instance.Handles.Remove(list.Handle);
        }

        foreach (NdisAllocation allocation in instance.Memory.Outstanding.Where(one => ReferenceEquals(one.Driver, driver))
            .ToArray())
        {
            instance.Report(NdisLeak.Of(allocation, who));
            instance.Pool.Find((void*)allocation.VirtualAddress)?.Dispose();
        }
    }
}

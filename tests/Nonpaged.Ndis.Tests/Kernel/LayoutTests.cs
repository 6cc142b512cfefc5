namespace Nonpaged.Ndis.Tests.Kernel;

/// <summary>
/// The kernel's structures in drivers' memory: the numbers that the host's LayoutTests compares with those of the C headers.
/// </summary>
public sealed unsafe class LayoutTests
{
    [Fact]
    public void Structures_of_the_kernel_have_the_sizes_and_places_of_the_c_headers()
    {
        KTIMER timer;
        KDPC dpc;
        KMUTANT mutex;
        RTL_QUERY_REGISTRY_TABLE table;
        OBJECT_ATTRIBUTES attributes;
        Assert.Equal(
            (24, 32, 56, 64, 64, 56, 48, 16),
            (sizeof(KEVENT), sizeof(KSEMAPHORE), sizeof(KMUTANT), sizeof(KTIMER), sizeof(KDPC), sizeof(RTL_QUERY_REGISTRY_TABLE),
                sizeof(OBJECT_ATTRIBUTES), sizeof(IO_STATUS_BLOCK)));
        Assert.Equal(
            (4, 40, 48, 56, 24, 32, 24, 16),
            (Offset(&timer, &timer.Header.SignalState), Offset(&mutex, &mutex.OwnerThread), Offset(&timer, &timer.Dpc),
                Offset(&timer, &timer.Period), Offset(&dpc, &dpc.DeferredRoutine), Offset(&dpc, &dpc.DeferredContext),
                Offset(&table, &table.EntryContext), Offset(&attributes, &attributes.ObjectName)));
    }

    private static int Offset(void* structure, void* field) => (int)((byte*)field - (byte*)structure);
}

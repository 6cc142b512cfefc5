using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>Map registers, with bounce buffers where a card does not reach the memory.</summary>
public sealed unsafe class MapRegisterTests
{
    private const int Length = 6000;

    [Fact]
    public void Memory_that_the_card_does_not_reach_is_mapped_through_a_bounce_buffer_in_both_directions() =>
        WithBuffer((bench, adapter, buffer, bytes) =>
        {
            NDIS_PHYSICAL_ADDRESS_UNIT* units = stackalloc NDIS_PHYSICAL_ADDRESS_UNIT[4];
            Random.Shared.NextBytes(bytes);
            NdisMStartBufferPhysicalMapping(adapter, buffer, 0, true, units, out uint count);
            Assert.Equal((1u, (uint)Length), (count, units->Length));
            Assert.True((ulong)units->PhysicalAddress.QuadPart + Length <= 0x1000000);
            Assert.True(bytes.SequenceEqual(At(bench, units->PhysicalAddress)));
            // What the device would do now is not for this buffer.
            At(bench, units->PhysicalAddress).Fill(1);
            NdisMCompleteBufferPhysicalMapping(adapter, buffer, 0);
            Assert.True(bytes.IndexOfAnyExcept((byte)1) >= 0);

            NdisMStartBufferPhysicalMapping(adapter, buffer, 1, false, units, out count);
            Assert.Equal(1u, count);
            At(bench, units->PhysicalAddress).Fill(0x5a);
            NdisMCompleteBufferPhysicalMapping(adapter, buffer, 1);
            Assert.True(bytes.IndexOfAnyExcept((byte)0x5a) < 0);
            Assert.Empty(bench.Ndis.Reports);
        });

    [Fact]
    public void A_register_in_use_and_one_that_maps_nothing_and_a_buffer_that_is_too_long_are_reported() =>
        WithBuffer((bench, adapter, buffer, bytes) =>
        {
            NDIS_PHYSICAL_ADDRESS_UNIT* units = stackalloc NDIS_PHYSICAL_ADDRESS_UNIT[4];
            NdisMStartBufferPhysicalMapping(adapter, buffer, 0, true, units, out _);
            NdisMStartBufferPhysicalMapping(adapter, buffer, 0, true, units, out uint count);
            Assert.Equal(0u, count);
            Assert.Contains("is in use", Assert.Single(bench.Ndis.Reports).Message, StringComparison.Ordinal);
            NdisMCompleteBufferPhysicalMapping(adapter, buffer, 0);
            NdisMCompleteBufferPhysicalMapping(adapter, buffer, 0);
            Assert.Contains("does not map", bench.Ndis.Reports[1].Message, StringComparison.Ordinal);
        });

    [Fact]
    public void Map_registers_that_are_given_back_with_a_mapping_are_reported_and_nothing_is_left() =>
        WithBuffer((bench, adapter, buffer, bytes) =>
        {
            NDIS_PHYSICAL_ADDRESS_UNIT* units = stackalloc NDIS_PHYSICAL_ADDRESS_UNIT[4];
            NdisMStartBufferPhysicalMapping(adapter, buffer, 0, true, units, out _);
            NdisMFreeMapRegisters(adapter);
            Assert.Contains("1 mappings were not completed", Assert.Single(bench.Ndis.Reports).Message, StringComparison.Ordinal);
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisMAllocateMapRegisters(adapter, 0, NDIS_DMA_24BITS, 2, Length));
        });

    private static Span<byte> At(MiniportBench bench, NDIS_PHYSICAL_ADDRESS physical)
    {
        // The blocks of the pool are all of the machine's RAM: the one at this address is found by its translation.
        PoolMap map = bench.Ndis.Pool.GetMap();
        foreach (PoolExtent extent in map.Extents)
        {
            byte* start = (byte*)extent.Start;
            for (nuint offset = 0; offset < extent.Length; offset += 4096)
            {
                if (bench.Ndis.Pool.TryTranslate(start + offset, out PhysicalAddress page)
                    && page.Value <= (ulong)physical.QuadPart
                    && (ulong)physical.QuadPart < page.Value + 4096)
                {
                    return new Span<byte>(start + offset + ((ulong)physical.QuadPart - page.Value), Length);
                }
            }
        }

        Assert.Fail($"No memory is at {physical}.");
        return default;
    }

    private delegate void Body(MiniportBench bench, NDIS_HANDLE adapter, NDIS_BUFFER* buffer, Span<byte> bytes);

    // Memory of the C library is none of the machine's, and so beyond any card's reach.
    private static void WithBuffer(Body body)
    {
        using var bench = new MiniportBench();
        Exception? failure = null;
        bench.Miniport.InInitialize = (adapter, _) =>
        {
            NDIS_STATUS status = bench.Miniport.Claim(adapter);
            void* memory = NativeMemory.AllocZeroed(Length);
            try
            {
                NdisAllocateBufferPool(out NDIS_STATUS _, out NDIS_HANDLE pool, 1);
                NdisAllocateBuffer(out NDIS_STATUS _, out NDIS_BUFFER* buffer, pool, memory, Length);
                Assert.Equal(NDIS_STATUS_SUCCESS, NdisMAllocateMapRegisters(adapter, 0, NDIS_DMA_24BITS, 2, Length));
                body(bench, adapter, buffer, new Span<byte>(memory, Length));
                NdisMFreeMapRegisters(adapter);
                NdisFreeBuffer(buffer);
                NdisFreeBufferPool(pool);
            }
            catch (Exception exception)
            {
                failure = exception;
            }

            NativeMemory.Free(memory);
            return status;
        };
        bench.Start();
        if (failure is not null) throw new InvalidOperationException("In initialization:", failure);
        bench.Ndis.HaltAdapters();
        Assert.DoesNotContain(bench.Ndis.Reports, report => report.Kind == NdisReportKind.Leak);
    }
}

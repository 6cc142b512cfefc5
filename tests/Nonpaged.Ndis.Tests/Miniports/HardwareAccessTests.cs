namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>Resources, ports, registers and configuration, as MiniportInitialize sees them.</summary>
public sealed unsafe class HardwareAccessTests
{
    [Fact]
    public void Resources_are_listed_and_a_short_list_says_how_long_it_must_be()
    {
        InInitialize(bench => (_, configuration) =>
        {
            uint size = 1u;
            NdisMQueryAdapterResources(out NDIS_STATUS status, configuration, null, ref size);
            Assert.Equal((NDIS_STATUS_RESOURCES, 8u + (3 * 20)), (status, size));
            byte* bytes = stackalloc byte[(int)size];
            NdisMQueryAdapterResources(out status, configuration, (NDIS_RESOURCE_LIST*)bytes, ref size);
            Assert.Equal((NDIS_STATUS_SUCCESS, 3u), (status, ((NDIS_RESOURCE_LIST*)bytes)->Count));
            CM_PARTIAL_RESOURCE_DESCRIPTOR* resources = NDIS_RESOURCE_LIST.PartialDescriptors((NDIS_RESOURCE_LIST*)bytes);
            Assert.Equal((CM_RESOURCE_TYPE.CmResourceTypeMemory, 0x1000u), (resources[0].Type, resources[0].MemoryLength));
            Assert.Equal((CM_RESOURCE_TYPE.CmResourceTypePort, 0x40u), (resources[1].Type, resources[1].PortLength));
            Assert.Equal((CM_RESOURCE_TYPE.CmResourceTypeInterrupt, 20u), (resources[2].Type, resources[2].InterruptVector));
        });
    }

    [Fact]
    public void Registers_and_ports_that_were_claimed_can_be_read_and_written()
    {
        InInitialize(bench => (adapter, _) =>
        {
            var start = new NDIS_PHYSICAL_ADDRESS((long)FakeMachine.RegistersStart);
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisMMapIoSpace(out void* registers, adapter, start, FakeMachine.RegistersLength));
            NdisWriteRegisterUlong((uint*)((byte*)registers + 8), 0x12345678);
            NdisReadRegisterUshort((ushort*)((byte*)registers + 10), out ushort high);
            Assert.Equal(0x1234, high);
            NdisMUnmapIoSpace(adapter, registers, FakeMachine.RegistersLength);

            Assert.Equal(NDIS_STATUS_SUCCESS, NdisMRegisterIoPortRange(out void* ports, adapter, FakeMachine.FirstPort, 16));
            NdisRawWritePortUshort((byte*)ports + 2, 0xabcd);
            NdisRawReadPortUchar((byte*)ports + 3, out byte value);
            Assert.Equal(0xab, value);
            NdisMDeregisterIoPortRange(adapter, FakeMachine.FirstPort, 16, ports);
            Assert.Empty(bench.Ndis.Reports);
        });
    }

    [Fact]
    public void What_was_not_claimed_reads_as_all_ones_and_is_reported_once()
    {
        InInitialize(bench => (adapter, _) =>
        {
            for (int poll = 0; poll < 100; poll++)
            {
                NdisRawReadPortUlong((void*)0x80, out uint port);
                NdisReadRegisterUlong((uint*)0x1000, out uint register);
                Assert.Equal((uint.MaxValue, uint.MaxValue), (port, register));
            }

            Assert.Equal(["NdisRawReadPortUlong", "NdisReadRegisterUlong"], bench.Ndis.Reports.Select(report => report.Call));
        });
    }

    [Fact]
    public void A_buffer_is_mapped_to_its_physical_pieces()
    {
        InInitialize(bench => (adapter, _) =>
        {
            NdisMAllocateMapRegisters(adapter, 0, NDIS_DMA_32BITS, 2, 20_000);
            NdisAllocateMemory(out void* memory, 20_000, NDIS_MEMORY_CONTIGUOUS, NDIS_PHYSICAL_ADDRESS.None);
            NdisAllocateBufferPool(out NDIS_STATUS _, out NDIS_HANDLE pool, 1);
            NdisAllocateBuffer(out NDIS_STATUS _, out NDIS_BUFFER* buffer, pool, (byte*)memory + 100, 15_000);
            NDIS_PHYSICAL_ADDRESS_UNIT* units = stackalloc NDIS_PHYSICAL_ADDRESS_UNIT[(int)NDIS_BUFFER_TO_SPAN_PAGES(buffer)];
            NdisMStartBufferPhysicalMapping(adapter, buffer, 1, true, units, out uint count);
            Assert.Equal((1u, 15_000u), (count, units->Length));
            Assert.Equal(MmGetPhysicalAddress((byte*)memory + 100), units->PhysicalAddress);
            NdisMCompleteBufferPhysicalMapping(adapter, buffer, 1);
            Assert.Empty(bench.Ndis.Reports);
            NdisMStartBufferPhysicalMapping(adapter, buffer, 2, true, units, out count);
            Assert.Equal((0u, NdisReportKind.BrokenRule), (count, bench.Ndis.Reports[0].Kind));
            NdisFreeBuffer(buffer);
            NdisFreeBufferPool(pool);
            NdisFreeMemory(memory, 20_000, NDIS_MEMORY_CONTIGUOUS);
            NdisMFreeMapRegisters(adapter);
        });
    }

    [Fact]
    public void Resources_of_others_cannot_be_claimed()
    {
        InInitialize(bench => (adapter, _) =>
        {
            Assert.Equal(NDIS_STATUS_RESOURCE_CONFLICT, NdisMRegisterIoPortRange(out void* ports, adapter, 0xcf8, 8));
            Assert.True(ports == null);
            Assert.Equal(
                NDIS_STATUS_RESOURCE_CONFLICT,
                NdisMMapIoSpace(out void* registers, adapter, new NDIS_PHYSICAL_ADDRESS(0xfee00000), 4096));
            Assert.True(registers == null);
        });
    }

    [Fact]
    public void The_configuration_gives_numbers_strings_and_the_network_address()
    {
        InInitialize(bench => (adapter, wrapper) =>
        {
            NdisOpenConfiguration(out _, out NDIS_HANDLE configuration, wrapper);
            Assert.Equal(12u, Read(configuration, "Number", NDIS_PARAMETER_TYPE.NdisParameterInteger)->IntegerData);
            Assert.Equal(0x12u, Read(configuration, "Number", NDIS_PARAMETER_TYPE.NdisParameterHexInteger)->IntegerData);
            Assert.Equal("12", Read(configuration, "Number", NDIS_PARAMETER_TYPE.NdisParameterString)->StringData.ToString());
            Assert.True(Read(configuration, "Missing", NDIS_PARAMETER_TYPE.NdisParameterString) == null);
            NdisReadNetworkAddress(out NDIS_STATUS status, out void* address, out uint length, configuration);
            Assert.Equal(NDIS_STATUS_SUCCESS, status);
            Assert.Equal([2, 0, 0, 0, 0, 9], new ReadOnlySpan<byte>(address, (int)length).ToArray());
            NdisCloseConfiguration(configuration);
        });
    }

    private static NDIS_CONFIGURATION_PARAMETER* Read(NDIS_HANDLE configuration, string keyword, NDIS_PARAMETER_TYPE type)
    {
        fixed (char* characters = keyword)
        {
            var name = new NDIS_STRING(characters, keyword.Length);
            NdisReadConfiguration(out _, out NDIS_CONFIGURATION_PARAMETER* value, configuration, &name, type);
            return value;
        }
    }

    /// <summary>Runs a check inside MiniportInitialize; what it throws comes out here and not in a report.</summary>
    private static void InInitialize(Func<MiniportBench, Action<NDIS_HANDLE, NDIS_HANDLE>> check)
    {
        using var bench = new MiniportBench();
        Exception? failure = null;
        bench.Miniport.InInitialize = (adapter, configuration) =>
        {
            NDIS_STATUS status = bench.Miniport.Claim(adapter);
            failure = Record.Exception(() => check(bench)(adapter, configuration));
            return status;
        };
        var parameters = new Dictionary<string, string> { ["Number"] = "12", ["NetworkAddress"] = "02-00-00-00-00-09" };
        bench.Ndis.StartAdapter(bench.Miniport.Driver, configuration: parameters).Dispose();
        if (failure is not null) throw failure;
    }
}

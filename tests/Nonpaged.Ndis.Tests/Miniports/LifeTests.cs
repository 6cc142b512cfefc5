namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>The life of a miniport, from DriverEntry to MiniportHalt.</summary>
public sealed unsafe class LifeTests
{
    [Fact]
    public void A_miniport_is_entered_initialized_and_halted_in_this_order_at_passive_level()
    {
        using var bench = new MiniportBench();
        using (Adapter adapter = bench.Start())
        {
            Assert.Equal(AdapterState.Running, adapter.State);
            Assert.Equal("02:00:00:00:00:01", adapter.MacAddress.ToString());
            Assert.Equal("tiny-00:04.0", adapter.Name);
        }

        Assert.Equal(["Entry", "Initialize@PASSIVE_LEVEL", "Halt@PASSIVE_LEVEL"], bench.Miniport.Calls);
        Assert.Empty(bench.Ndis.Reports);
        Assert.Empty(bench.Ndis.Outstanding);
        Assert.Empty(bench.Ndis.Adapters);
    }

    [Fact]
    public void An_adapter_can_be_started_again_after_its_halt()
    {
        using var bench = new MiniportBench();
        bench.Start().Dispose();
        using Adapter again = bench.Start();
        Assert.Equal(AdapterState.Running, again.State);
        Assert.Equal(2, bench.Miniport.Calls.Count(call => call == "Entry"));
    }

    [Fact]
    public void A_failed_initialization_tells_the_status_and_the_reasons_and_leaves_nothing()
    {
        using var bench = new MiniportBench();
        bench.Miniport.InInitialize = (adapter, _) =>
        {
            Assert.Equal(
                NDIS_STATUS_FAILURE, NdisAllocateMemory(out void* _, 1 << 30, NDIS_MEMORY_NONCACHED, NDIS_PHYSICAL_ADDRESS.None));
            NdisWriteErrorLogEntry(adapter, NDIS_ERROR_CODE_OUT_OF_RESOURCES, 1 << 30);
            return NDIS_STATUS_RESOURCES;
        };
        AdapterException failure = Assert.Throws<AdapterException>(bench.Start);
        Assert.Equal(NDIS_STATUS_RESOURCES, failure.Status);
        Assert.Contains(failure.Reasons, reason => reason.Contains("1073741824 bytes", StringComparison.Ordinal));
        Assert.Contains(
            failure.Reasons,
            reason => reason.Contains("resources that it needs could not be allocated", StringComparison.Ordinal));
        Assert.Empty(bench.Ndis.Outstanding);
        Assert.Empty(bench.Ndis.Adapters);
    }

    [Fact]
    public void What_a_failed_initialization_leaves_is_reported_and_taken_back()
    {
        using var bench = new MiniportBench();
        bench.Miniport.InInitialize = (adapter, _) =>
        {
            bench.Miniport.Claim(adapter);
            return NDIS_STATUS_FAILURE;
        };
        Assert.Throws<AdapterException>(bench.Start);
        Assert.Equal(["NdisAllocateMemory", "NdisMRegisterInterrupt"], Leaks(bench));
        Assert.Empty(bench.Ndis.Outstanding);
    }

    [Fact]
    public void What_a_halt_leaves_is_reported_by_call_and_taken_back()
    {
        using var bench = new MiniportBench();
        bench.Miniport.Halt = () => { };
        bench.Miniport.InInitialize = (adapter, configuration) =>
        {
            NDIS_STATUS status = bench.Miniport.Claim(adapter);
            NdisMMapIoSpace(out _, adapter, new NDIS_PHYSICAL_ADDRESS((long)FakeMachine.RegistersStart), 256);
            NdisMRegisterIoPortRange(out _, adapter, FakeMachine.FirstPort, 16);
            NdisMAllocateMapRegisters(adapter, 0, NDIS_DMA_32BITS, 4, 4096);
            NdisAllocatePacketPool(out _, out NDIS_HANDLE pool, 4, 0);
            NdisAllocatePacket(out _, out _, pool);
            NdisOpenConfiguration(out _, out _, configuration);
            var timer = (NDIS_MINIPORT_TIMER*)((byte*)bench.Miniport.Context + 1024);
            NdisMInitializeTimer(timer, adapter, (_, _, _, _) => { }, null);
            NdisMSetTimer(timer, 60_000);
            return status;
        };
        bench.Start().Dispose();
        Assert.Equal(
            [
                "NdisAllocateMemory", "NdisAllocatePacketPool", "NdisMAllocateMapRegisters", "NdisMMapIoSpace",
                "NdisMRegisterInterrupt",
                "NdisMRegisterIoPortRange", "NdisMSetTimer", "NdisOpenConfiguration",
            ],
            Leaks(bench));
        Assert.Empty(bench.Ndis.Outstanding);
        Assert.Empty(bench.Ndis.Pool.Blocks);
    }

    [Fact]
    public void An_exception_out_of_a_handler_halts_the_adapter_and_the_process_lives()
    {
        using var bench = new MiniportBench();
        bench.Miniport.HandleInterrupt = () => throw new InvalidOperationException("a bug.");
        Adapter adapter = bench.Start();
        bench.Machine.Line.Raise();
        Assert.True(adapter.Halted.Wait(MiniportBench.Patience, TestContext.Current.CancellationToken));
        Assert.Contains(
            "InvalidOperationException: a bug.", bench.Report(NdisReportKind.BrokenRule).Message, StringComparison.Ordinal);
        Assert.Contains("Halt@PASSIVE_LEVEL", bench.Miniport.Calls);
        Assert.Empty(bench.Ndis.Outstanding);
    }

    [Fact]
    public void A_dereference_of_a_register_faults_where_it_can_be_caught()
    {
        using var bench = new MiniportBench();
        bench.Miniport.InInitialize = (adapter, _) =>
        {
            bench.Miniport.Claim(adapter);
            NdisMMapIoSpace(out void* registers, adapter, new NDIS_PHYSICAL_ADDRESS((long)FakeMachine.RegistersStart), 256);
            return (NDIS_STATUS)(*(uint*)registers);
        };
        Assert.Throws<AdapterException>(bench.Start);
        Assert.Contains("NullReferenceException", bench.Report(NdisReportKind.BrokenRule).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_halt_that_throws_loses_the_device_the_bus_and_runs_the_shutdown_function()
    {
        using var bench = new MiniportBench();
        int shutdowns = 0;
        bench.Miniport.InInitialize = (adapter, _) =>
        {
            NdisMRegisterAdapterShutdownHandler(adapter, null, _ => shutdowns++);
            return bench.Miniport.Claim(adapter);
        };
        bench.Miniport.Halt = () => throw new InvalidOperationException("a bug.");
        Adapter adapter = bench.Start();
        Assert.True(bench.Machine.Device.IsBusMaster);
        adapter.Halt();
        Assert.False(bench.Machine.Device.IsBusMaster);
        Assert.Equal(1, shutdowns);
        Assert.Equal(AdapterState.Halted, adapter.State);
    }

    [Fact]
    public void Hardware_that_goes_away_halts_the_adapter_with_a_report()
    {
        using var bench = new MiniportBench();
        Adapter adapter = bench.Start();
        bench.Machine.PullOut();
        Assert.True(adapter.Halted.Wait(MiniportBench.Patience, TestContext.Current.CancellationToken));
        Assert.Contains("pulled out.", bench.Report(NdisReportKind.HardwareGone).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_DMA_that_was_stopped_is_reported_in_the_driver_s_name()
    {
        using var bench = new MiniportBench();
        using Adapter adapter = bench.Start();
        bench.Machine.Fault("DMAR: fault addr 0xdead0000");
        NdisReport report = bench.Report(NdisReportKind.DeviceFault);
        Assert.Equal(adapter.Driver.Name, report.Driver);
        Assert.Contains("fault addr 0xdead0000", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_the_instance_halts_its_adapters()
    {
        var bench = new MiniportBench();
        Adapter adapter = bench.Start();
        bench.Dispose();
        Assert.Equal(AdapterState.Halted, adapter.State);
    }

    [Fact]
    public void A_stale_handle_is_reported()
    {
        using var bench = new MiniportBench();
        bench.Start().Dispose();
        bench.Ndis.Run(new Driver("late", DriverKind.Miniport), () => NdisMSendResourcesAvailable(bench.Miniport.Handle));
        bench.Report(NdisReportKind.BadHandle);
    }

    [Fact]
    public void Map_registers_are_for_bus_masters()
    {
        using var bench = new MiniportBench();
        NDIS_STATUS status = NDIS_STATUS_SUCCESS;
        bench.Miniport.InInitialize = (adapter, _) =>
        {
            NDIS_STATUS claimed = bench.Miniport.Claim(adapter);
            NdisMSetAttributes(adapter, bench.Miniport.Context, false, NDIS_INTERFACE_TYPE.NdisInterfacePci);
            status = NdisMAllocateMapRegisters(adapter, 0, NDIS_DMA_32BITS, 4, 4096);
            return claimed;
        };
        using Adapter adapter = bench.Start();
        Assert.Equal(NDIS_STATUS_NOT_SUPPORTED, status);
    }

    [Fact]
    public void Hardware_claimed_before_the_attributes_is_reported()
    {
        using var bench = new MiniportBench();
        bench.Miniport.InInitialize = (adapter, _) =>
        {
            NdisMRegisterIoPortRange(out void* offset, adapter, FakeMachine.FirstPort, 16);
            NdisMDeregisterIoPortRange(adapter, FakeMachine.FirstPort, 16, offset);
            return bench.Miniport.Claim(adapter);
        };
        using Adapter adapter = bench.Start();
        Assert.Equal("NdisMRegisterIoPortRange", bench.Report(NdisReportKind.BrokenRule).Call);
    }

    private static string[] Leaks(MiniportBench bench) =>
        [.. bench.Ndis.Reports.Where(report => report.Kind == NdisReportKind.Leak).Select(report => report.Call).Order()];
}

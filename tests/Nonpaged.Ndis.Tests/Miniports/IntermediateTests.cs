namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>Drivers that are loaded over adapters, in C#: those in C are tested through the program that runs them.</summary>
public sealed unsafe class IntermediateTests
{
    private static readonly NDIS_MEDIUM[] s_media = [NDIS_MEDIUM.NdisMedium802_3];

    private NDIS_HANDLE _layer;
    private NDIS_HANDLE _protocol;
    private NDIS_HANDLE _lower;
    private NDIS_HANDLE _upper;
    private NDIS_HANDLE _wrapper;
    private string? _name;
    private readonly List<string> _calls = [];

    [Fact]
    public void An_intermediate_driver_makes_an_adapter_of_the_one_below_by_the_name_in_its_parameters()
    {
        using var bench = new MiniportBench();
        using Adapter below = bench.Start();
        using (LoadedDriver loaded = bench.Ndis.LoadDriver(Layered(), below.Driver))
        {
            Assert.True(loaded.IsIntermediate);
            Assert.Equal(below, Assert.Single(loaded.Opened));
            Adapter above = Assert.Single(loaded.Adapters);
            Assert.Equal($"layered-{below.Name}", above.Name);
            Assert.Equal((below, loaded.Driver), (above.Below, above.Driver));
            Assert.Null(below.Below);
        }

        Assert.Equal(["initialize 4711", "halt"], _calls);
        Assert.Single(bench.Ndis.Adapters);
        Assert.Empty(bench.Ndis.Reports);
        Assert.Empty(bench.Ndis.Leaks);
    }

    [Fact]
    public void What_lies_below_may_end_first()
    {
        using var bench = new MiniportBench();
        Adapter below = bench.Start();
        LoadedDriver loaded = bench.Ndis.LoadDriver(Layered(), below.Driver);
        using var protocol = new TinyProtocol(bench.Ndis, loaded.Adapters[0]);
        below.Halt();
        Assert.Equal(["initialize 4711", "halt"], _calls);
        Assert.Empty(bench.Ndis.Adapters);
        loaded.Dispose();
        Assert.Empty(bench.Ndis.Leaks);
    }

    [Fact]
    public void It_is_not_offered_adapters_of_other_drivers_nor_its_own()
    {
        using var bench = new MiniportBench();
        using Adapter below = bench.Start();
        using LoadedDriver loaded = bench.Ndis.LoadDriver(Layered(), new Driver("another", DriverKind.Miniport));
        Assert.Empty(loaded.Opened);
        loaded.Dispose();
        using LoadedDriver overAll = bench.Ndis.LoadDriver(Layered());
        Assert.Equal(below, Assert.Single(overAll.Opened));
        Assert.Single(overAll.Adapters);
    }

    [Fact]
    public void What_a_driver_forgets_when_it_is_unloaded_is_taken_back_and_reported()
    {
        using var bench = new MiniportBench();
        using Adapter below = bench.Start();
        LoadedDriver loaded = bench.Ndis.LoadDriver(Layered(forgets: true), below.Driver);
        loaded.Dispose();
        Assert.Equal(
            ["NdisIMInitializeDeviceInstanceEx", "NdisRegisterProtocol"], bench.Ndis.Leaks.Select(leak => leak.Call));
        Assert.Single(bench.Ndis.Adapters);
        Assert.Empty(below.Bindings.All);
    }

    [Fact]
    public void A_driver_that_registers_no_protocol_or_fails_is_not_loaded()
    {
        using var bench = new MiniportBench();
        using Adapter below = bench.Start();
        AdapterException none = Assert.Throws<AdapterException>(() =>
            bench.Ndis.LoadDriver(new MiniportDriver("none", (_, _) => NDIS_STATUS_SUCCESS, [])));
        Assert.Contains("registered no protocol", none.Message, StringComparison.Ordinal);
        AdapterException failed = Assert.Throws<AdapterException>(() =>
            bench.Ndis.LoadDriver(new MiniportDriver("failed", (_, _) => NDIS_STATUS_RESOURCES, [])));
        Assert.Equal(NDIS_STATUS_RESOURCES, failed.Status);
        Assert.Empty(bench.Ndis.Handles.All<ProtocolRegistration>());
    }

    [Fact]
    public void An_intermediate_driver_needs_no_function_for_resets_and_is_not_resettable_then()
    {
        using var bench = new MiniportBench();
        using Adapter below = bench.Start();
        NDIS_MINIPORT_CHARACTERISTICS miniport = Miniport();
        miniport.ResetHandler = null;
        using LoadedDriver loaded = bench.Ndis.LoadDriver(Layered(miniport: miniport), below.Driver);
        using (var protocol = new TinyProtocol(bench.Ndis, Assert.Single(loaded.Adapters)))
        {
            protocol.Reset();
            MiniportBench.Eventually(() => !protocol.Resets.IsEmpty, "the reset does not end");
            Assert.Equal([NDIS_STATUS_NOT_RESETTABLE], protocol.Resets);
            Assert.Empty(protocol.Statuses);
        }

        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void Calls_of_intermediate_drivers_tell_a_handle_that_is_of_another_kind()
    {
        using var bench = new MiniportBench();
        using Adapter below = bench.Start();
        using LoadedDriver loaded = bench.Ndis.LoadDriver(Layered(), below.Driver);
        bench.Ndis.Run(loaded.Driver, () =>
        {
            NDIS_STRING name = default;
            Assert.Equal(NDIS_STATUS_FAILURE, NdisIMInitializeDeviceInstanceEx(_protocol, &name, default));
            Assert.Equal(NDIS_STATUS_FAILURE, NdisIMDeInitializeDeviceInstance(_layer));
            Assert.Equal(NDIS_STATUS_FAILURE, NdisIMDeInitializeDeviceInstance(bench.Miniport.Handle));
            Assert.Equal(NDIS_STATUS_FAILURE, NdisIMCancelInitializeDeviceInstance(_layer, &name));
            Assert.True(NdisIMGetDeviceContext(_layer).IsNull);
            NdisIMDeregisterLayeredMiniport(_layer);
        });
        Assert.Equal(5, bench.Ndis.Reports.Count);
        Assert.Single(loaded.Adapters);
    }

    /// <summary>The smallest intermediate driver: it passes nothing on.</summary>
    private MiniportDriver Layered(bool forgets = false, NDIS_MINIPORT_CHARACTERISTICS? miniport = null) =>
        new("layered", (driver, path) =>
    {
        NdisMInitializeWrapper(out _wrapper, driver, path, null);
        NDIS_STATUS status = NdisIMRegisterLayeredMiniport(_wrapper, miniport ?? Miniport(), 0, out _layer);
        if (status != NDIS_STATUS_SUCCESS) return status;
        NdisMRegisterUnloadHandler(_wrapper, _ =>
        {
            if (forgets) return;
            NdisDeregisterProtocol(out NDIS_STATUS _, _protocol);
            NdisIMDeregisterLayeredMiniport(_layer);
        });
        NdisRegisterProtocol(out status, out _protocol, Protocol(), 0);
        NdisIMAssociateMiniport(_layer, _protocol);
        return status;
    }, []);

    private NDIS_MINIPORT_CHARACTERISTICS Miniport() => new()
    {
        MajorNdisVersion = 5,
        InitializeHandler = (
            out NDIS_STATUS error, out uint selected, NDIS_MEDIUM* _, uint _, NDIS_HANDLE adapter, NDIS_HANDLE _) =>
        {
            error = NDIS_STATUS_SUCCESS;
            selected = 0;
            _upper = adapter;
            _calls.Add($"initialize {NdisIMGetDeviceContext(adapter).Value}");
            NdisMSetAttributesEx(
                adapter, null, 0, NDIS_ATTRIBUTE_DESERIALIZE, NDIS_INTERFACE_TYPE.NdisInterfaceInternal);
            return NDIS_STATUS_SUCCESS;
        },
        HaltHandler = _ => _calls.Add("halt"),
        ResetHandler = (out bool addressing, void* _) =>
        {
            addressing = false;
            return NDIS_STATUS_SUCCESS;
        },
        SendHandler = (_, _, _) => NDIS_STATUS_SUCCESS,
        QueryInformationHandler = (void* _, uint _, void* _, uint _, out uint written, out uint needed) =>
        {
            written = needed = 0;
            return NDIS_STATUS_NOT_SUPPORTED;
        },
        SetInformationHandler = (void* _, uint _, void* _, uint _, out uint read, out uint needed) =>
        {
            read = needed = 0;
            return NDIS_STATUS_SUCCESS;
        },
    };

    private NDIS_PROTOCOL_CHARACTERISTICS Protocol() => new()
    {
        MajorNdisVersion = 5,
        Name = "layered",
        OpenAdapterCompleteHandler = (_, _, _) => { },
        CloseAdapterCompleteHandler = (_, _) => { },
        SendCompleteHandler = (_, _, _) => { },
        RequestCompleteHandler = (_, _, _) => { },
        ReceiveHandler = (_, _, _, _, _, _, _) => NDIS_STATUS_NOT_ACCEPTED,
        BindAdapterHandler = (out NDIS_STATUS status, NDIS_HANDLE _, NDIS_STRING* name, void* section, void* _) =>
        {
            fixed (NDIS_MEDIUM* media = s_media)
                NdisOpenAdapter(out status, out _, out _lower, out _, media, 1, _protocol, default, name, 0, null);
            NdisOpenProtocolConfiguration(out status, out NDIS_HANDLE configuration, (NDIS_STRING*)section);
            fixed (char* key = "UpperBindings")
            {
                var keyword = new NDIS_STRING(key, 13);
                NdisReadConfiguration(
                    out status, out NDIS_CONFIGURATION_PARAMETER* value, configuration, &keyword,
                    NDIS_PARAMETER_TYPE.NdisParameterString);
                NDIS_STRING upper = value->StringData;
                _name = upper.ToString();
                status = NdisIMInitializeDeviceInstanceEx(_layer, &upper, new NDIS_HANDLE(4711));
            }

            NdisCloseConfiguration(configuration);
        },
        UnbindAdapterHandler = (out NDIS_STATUS status, NDIS_HANDLE _, NDIS_HANDLE _) =>
        {
            NdisIMDeInitializeDeviceInstance(_upper);
            NdisCloseAdapter(out status, _lower);
        },
    };
}

namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>NdisMInitializeWrapper and NdisMRegisterMiniport.</summary>
public sealed class RegistrationTests
{
    [Theory]
    [InlineData(nameof(NDIS_MINIPORT_CHARACTERISTICS.InitializeHandler))]
    [InlineData(nameof(NDIS_MINIPORT_CHARACTERISTICS.HaltHandler))]
    [InlineData(nameof(NDIS_MINIPORT_CHARACTERISTICS.QueryInformationHandler))]
    [InlineData(nameof(NDIS_MINIPORT_CHARACTERISTICS.SetInformationHandler))]
    [InlineData(nameof(NDIS_MINIPORT_CHARACTERISTICS.ResetHandler))]
    [InlineData(nameof(NDIS_MINIPORT_CHARACTERISTICS.SendHandler))]
    public void A_miniport_without_a_required_function_has_bad_characteristics(string function)
    {
        using var bench = new MiniportBench();
        typeof(NDIS_MINIPORT_CHARACTERISTICS).GetProperty(function)!.SetValue(bench.Miniport.Characteristics, null);
        AdapterException failure = Assert.Throws<AdapterException>(bench.Start);
        Assert.Equal(NDIS_STATUS_BAD_CHARACTERISTICS, bench.Miniport.EntryStatus);
        Assert.Equal(NDIS_STATUS_BAD_CHARACTERISTICS, failure.Status);
        Assert.Contains(function, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(6, 0)]
    public void Another_version_than_3_0_to_5_1_is_a_bad_version(byte major, byte minor)
    {
        using var bench = new MiniportBench();
        bench.Miniport.Characteristics.MajorNdisVersion = major;
        bench.Miniport.Characteristics.MinorNdisVersion = minor;
        Assert.Equal(NDIS_STATUS_BAD_VERSION, Assert.Throws<AdapterException>(bench.Start).Status);
    }

    [Fact]
    public void A_driver_without_its_device_is_told_what_there_is()
    {
        using var bench = new MiniportBench();
        MiniportDriver other = bench.Miniport.Driver with { Devices = [new PciId(0x8086, 0x100e)] };
        AdapterException failure = Assert.Throws<AdapterException>(() => bench.Ndis.StartAdapter(other));
        Assert.Equal(NDIS_STATUS_ADAPTER_NOT_FOUND, failure.Status);
        Assert.Contains("00:04.0 1234:5678", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_has_one_adapter()
    {
        using var bench = new MiniportBench();
        using Adapter adapter = bench.Start();
        AdapterException failure = Assert.Throws<AdapterException>(() =>
            bench.Ndis.StartAdapter(bench.Miniport.Driver, adapter.Device));
        Assert.Equal(NDIS_STATUS_RESOURCE_CONFLICT, failure.Status);
    }
}

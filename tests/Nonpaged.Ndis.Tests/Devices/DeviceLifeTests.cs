namespace Nonpaged.Ndis.Tests.Devices;

/// <summary>Devices that are opened, closed, deleted and left.</summary>
public sealed class DeviceLifeTests
{
    [Theory]
    [InlineData(@"\Device\Test")]
    [InlineData(@"\device\TEST")]
    [InlineData(@"\DosDevices\Test")]
    [InlineData(@"\??\test")]
    [InlineData(@"\\.\Test")]
    [InlineData(@"\\.\Global\Test")]
    [InlineData(@"\Device\Test\rest\of\it")]
    public void A_device_has_many_names(string name)
    {
        using var bench = new DeviceBench();
        using DriverDevice device = bench.OpenDevice(name);
        byte[] bytes = new byte[3];
        Assert.Equal(3, device.Read(bytes, 9));
        Assert.Equal([9, 9, 9], bytes);
    }

    [Theory]
    [InlineData(@"Device\Test")]
    [InlineData(@"\Device\Tes")]
    [InlineData(@"\Device\Testing")]
    [InlineData(@"\\.\")]
    [InlineData(@"\\.\Other")]
    public void Another_name_is_not_found(string name)
    {
        using var bench = new DeviceBench();
        DeviceException failure = Assert.Throws<DeviceException>(() => bench.OpenDevice(name));
        Assert.Equal(NTSTATUS.STATUS_OBJECT_NAME_NOT_FOUND, failure.Status);
        Assert.Contains("STATUS_OBJECT_NAME_NOT_FOUND (0xC0000034)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_deleted_while_it_is_open_is_reported_and_gives_no_more()
    {
        using var bench = new DeviceBench();
        using DriverDevice device = bench.OpenDevice();
        bench.DeleteDevice();
        Assert.Contains(
            "was deleted while a program had it open", Assert.Single(bench.Ndis.Reports).Message, StringComparison.Ordinal);
        Assert.Equal(
            NTSTATUS.STATUS_DEVICE_REMOVED, Assert.Throws<DeviceException>(() => device.Read(new byte[1])).Status);
        Assert.Throws<DeviceException>(() => bench.OpenDevice());
    }

    [Fact]
    public void A_function_that_returns_at_another_IRQL_is_reported()
    {
        using var bench = new DeviceBench();
        using DriverDevice device = bench.OpenDevice();
        device.Read(new byte[1], DeviceBench.Raising);
        Assert.True(SpinWait.SpinUntil(() => bench.Ndis.Reports.Count > 0, 60_000));
        NdisReport report = Assert.Single(bench.Ndis.Reports);
        Assert.Equal(
            ("DispatchRead", "The function was called at PASSIVE_LEVEL and returned at DISPATCH_LEVEL."), (report.Call,
                report.Message));
    }

    [Fact]
    public async Task An_irp_that_an_unloaded_driver_had_ends_as_cancelled()
    {
        using var bench = new DeviceBench();
        using DriverDevice device = bench.OpenDevice();
        Task<int> read = device.ReadAsync(new byte[1], DeviceBench.Forever);
        Assert.True(SpinWait.SpinUntil(() => bench.InFlight == 1, 60_000));
        bench.Unload();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Contains(bench.Ndis.Leaks, leak => leak.Call == "IRP_MJ_READ");
        Assert.Contains(bench.Ndis.Leaks, leak => leak.Call == nameof(IoLibrary.IoCreateDevice));
        Assert.Contains(bench.Ndis.Leaks, leak => leak.Call == nameof(IoLibrary.IoCreateSymbolicLink));
    }

    [Fact]
    public async Task A_cancel_ends_one_request_and_a_close_the_others()
    {
        using var bench = new DeviceBench();
        DriverDevice device = bench.OpenDevice();
        using var cancel = new CancellationTokenSource();
        Task<int> one = device.ReadAsync(new byte[1], DeviceBench.Forever, cancel.Token);
        Task<int> other = device.ReadAsync(new byte[1], DeviceBench.Forever);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(other.IsCompleted);
        device.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => other);
        Assert.True(SpinWait.SpinUntil(() => bench.Open == 0 && bench.InFlight == 0, 60_000));
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public async Task Many_threads_use_one_device_at_once()
    {
        using var bench = new DeviceBench();
        using DriverDevice device = bench.OpenDevice();
        await Task.WhenAll(Enumerable.Range(1, 8).Select(number => Task.Run(() =>
        {
            byte[] bytes = new byte[number * 100];
            for (int round = 0; round < 200; round++)
            {
                Assert.Equal(bytes.Length, device.Read(bytes, number));
                Assert.All(bytes, one => Assert.Equal(number, one));
            }
        })));
        Assert.Equal(0, bench.InFlight);
    }

    [Fact]
    public void A_socket_that_is_served_is_refused_and_a_file_that_is_none_stays()
    {
        using var bench = new DeviceBench();
        Assert.Throws<IOException>(() => DeviceSocket.Listen(bench.Ndis, bench.Socket));
        string file = bench.Socket + ".txt";
        File.WriteAllText(file, "");
        Assert.Throws<IOException>(() => DeviceSocket.Listen(bench.Ndis, file));
        Assert.True(File.Exists(file));
        File.Delete(file);
        Assert.Throws<ArgumentException>(() => DeviceSocket.Listen(bench.Ndis, "/tmp/" + new string('x', 200)));
    }
}

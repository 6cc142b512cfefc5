using System.Text.Json;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>Programs open a C driver's devices, by both clients.</summary>
public sealed class DeviceTests : IDisposable
{
    private const int Echo = 0x800, Pend = 0x801, Count = 0x802, Fail = 0x803, Waiting = 0x805;
    private const long Forever = -1;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-devices-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_c_client_transfers_controls_and_cancels_in_every_way()
    {
        using var driver = DriverBuild.Own("devices");
        using var host = DeviceHost.Start(driver);
        CommandResult ran = host.Run(Client());
        Assert.True(ran is { ExitCode: 0, Output: "ok\n" }, ran.Output + ran.Error);
        Clean(host.Stop());
    }

    [Theory]
    [InlineData(@"\Device\TestBuffered")]
    [InlineData(@"\Device\TestDirect")]
    [InlineData(@"\Device\TestNeither")]
    [InlineData(@"\Device\TestAbove")]
    public async Task The_managed_client_reads_writes_and_cancels(string name)
    {
        using var driver = DriverBuild.Own("devices");
        using var host = DeviceHost.Start(driver);
        using (DriverDevice device = host.Open(name))
        {
            byte[] bytes = new byte[3000];
            Assert.Equal(bytes.Length, device.Read(bytes, 9));
            Assert.Equal(Enumerable.Range(9, bytes.Length).Select(one => (byte)one), bytes);
            Assert.Equal(bytes.Length, device.Write(bytes, 9));
            DeviceException failure = Assert.Throws<DeviceException>(() => device.Write(bytes, 0));
            Assert.Equal(0xC000003E, (uint)failure.Status);
            using var cancel = new CancellationTokenSource();
            Task<int>[] reads = [.. Enumerable.Range(0, 100).Select(_ => device.ReadAsync(new byte[10], Forever, cancel.Token))];
            Assert.Equal(100, Counts(device).Waiting);
            await cancel.CancelAsync();
            foreach (Task<int> read in reads) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
            Assert.Equal(0, Counts(device).Waiting);
        }

        Clean(host.Stop());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 6)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    public void The_managed_client_sends_codes_of_each_method(int method, int added)
    {
        using var driver = DriverBuild.Own("devices");
        using var host = DeviceHost.Start(driver);
        using (DriverDevice device = host.Open(@"\\.\TestRegistered"))
        {
            byte[] input = [.. Enumerable.Range(0, 200).Select(one => (byte)one)];
            byte[] output = new byte[300];
            output.AsSpan().Fill(5);
            Assert.Equal(200, device.Control(Code(Echo, method), input, output));
            Assert.Equal(input.Select(one => (byte)(one + added)), output.Take(200));
            Assert.Equal(5, output[200]);
            Assert.Equal(
                NTSTATUS.STATUS_BUFFER_TOO_SMALL,
                Assert.Throws<DeviceException>(() => device.Control(Code(Echo, method), input, output.AsSpan(0, 10))).Status);
        }

        Clean(host.Stop());
    }

    [Fact]
    public void A_killed_program_leaves_nothing_outstanding()
    {
        using var driver = DriverBuild.Own("devices");
        using var host = DeviceHost.Start(driver);
        // The shell kills the client when it has said that its requests wait.
        CommandResult ran = host.Run("/bin/sh", "-c", $"exec 3<&1; '{Client()}' hang 300 > '{_folder.FullName}/out' & "
            + $"while ! grep -q waiting '{_folder.FullName}/out'; do sleep 0.01; done; kill -KILL $!; wait $!; true");
        Assert.True(ran.ExitCode == 0, ran.Error);
        using (DriverDevice device = host.Open(@"\Device\TestBuffered"))
        {
            Assert.True(SpinWait.SpinUntil(() => Counts(device) is { Waiting: 0, Open: 1 }, 60_000), $"{Counts(device)}");
        }

        Clean(host.Stop());
    }

    [Theory]
    [InlineData("UNMARKED", "returned STATUS_PENDING without IoMarkIrpPending")]
    [InlineData("NOT_COMPLETED", "returned 0xC0000001 without IoCompleteRequest")]
    [InlineData("TWICE", "The IRP was completed before")]
    [InlineData("ROUTINE_SET", "completed with its cancel routine still set")]
    [InlineData("HELD_LOCK", "returned without IoReleaseCancelSpinLock")]
    [InlineData("TOO_MUCH", "with an Information of 11")]
    public async Task A_rule_that_the_driver_breaks_is_reported_and_harms_nobody(string fault, string message)
    {
        using var driver = DriverBuild.Own("devices", $"-D{fault}");
        using var host = DeviceHost.Start(driver);
        using (DriverDevice device = host.Open(@"\Device\TestBuffered"))
        {
            Assert.Equal(10, device.Read(new byte[10]));
            Task<int> pending = device.ReadAsync(new byte[10], Forever);
            Assert.Equal(0, device.Control(Code(Count, 0), [], []));
            Assert.Equal(0, await pending);
            using var cancel = new CancellationTokenSource();
            pending = device.ReadAsync(new byte[10], Forever, cancel.Token);
            Assert.Equal(1, Counts(device).Waiting);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
            if (fault != "NOT_COMPLETED") Assert.Throws<DeviceException>(() => device.Control(Code(Fail, 0), [], []));
            else _ = device.ControlAsync(Code(Fail, 0), default, default);
            Assert.Equal(0, Counts(device).Waiting);
        }

        JsonElement run = host.Stop();
        Assert.Contains(DriverRun.Reports(run), report => report.StartsWith("BrokenRule", StringComparison.Ordinal)
            && report.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_driver_leaves_at_its_unload_is_a_leak_and_is_taken_back()
    {
        using var driver = DriverBuild.Own("devices", "-DLEAVES_DEVICE");
        using var host = DeviceHost.Start(driver);
        JsonElement run = host.Stop();
        string[] leaks = [.. run.GetProperty("leaks").EnumerateArray().Select(leak => leak.GetProperty("what").GetString()!)];
        Assert.Contains(@"The unloaded driver left \Device\TestDirect.", leaks);
        Assert.Contains(leaks, leak => leak.Contains(@"symbolic link \??\TestBuffered", StringComparison.Ordinal));
        Assert.Equal(1, run.GetProperty("exitCode").GetInt32() == 130 ? 1 : run.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task An_irp_that_is_never_completed_is_a_leak_and_its_program_gets_an_end()
    {
        using var driver = DriverBuild.Own("devices", "-DLEAVES_IRP");
        using var host = DeviceHost.Start(driver);
        using DriverDevice device = host.Open(@"\Device\TestBuffered");
        Task<int> pending = device.ReadAsync(new byte[10], Forever);
        Assert.Equal(1, Counts(device).Waiting);
        JsonElement run = host.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => pending);
        Assert.Contains(run.GetProperty("leaks").EnumerateArray(), leak =>
            leak.GetProperty("what").GetString()!.Contains("IRP_MJ_READ, which it did not complete", StringComparison.Ordinal));
    }

    [Fact]
    public void A_killed_run_leaves_no_process_and_a_socket_that_the_next_one_replaces()
    {
        using var driver = DriverBuild.Own("devices");
        string socket = Path.Combine(_folder.FullName, "socket");
        using (var first = DeviceHost.Start(driver, socket))
        {
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
            CommandResult second = Command.Run(Path.Combine(Repository.Root, "nonpaged"),
                ["run", driver.File, "--nic", "none", "--devices", socket, "--json"]);
            Assert.Equal(1, second.ExitCode);
            Assert.Contains("Another process serves", DriverRun.Reason(DriverRun.Json(second)), StringComparison.Ordinal);
            first.Kill();
        }

        Assert.True(SpinWait.SpinUntil(() => Users(driver).Length == 0, 60_000), Users(driver));
        Assert.True(File.Exists(socket));
        using var third = DeviceHost.Start(driver, socket);
        Clean(third.Stop());
        Assert.False(File.Exists(socket));
    }

    [Fact]
    public void A_command_gets_the_socket_and_its_exit_code_is_the_run_s()
    {
        using var driver = DriverBuild.Own("devices");
        CommandResult good = Run(driver, Client());
        Assert.True(good.ExitCode == 0, good.Output + good.Error);
        Assert.Contains("ok\n", good.Error, StringComparison.Ordinal);
        CommandResult bad = Run(driver, "exit 3");
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("exit code 3: exit 3", DriverRun.Reason(DriverRun.Json(bad)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_ends_with_the_run_that_is_killed()
    {
        using var driver = DriverBuild.Own("devices");
        string mark = $"{_folder.FullName}/mark";
        using (var host = DeviceHost.Start(driver, null, "--exec", $"sleep 1000 & echo $$ > '{mark}'; exec sleep 1001"))
        {
            Assert.True(SpinWait.SpinUntil(() => File.Exists(mark) && new FileInfo(mark).Length > 0, 60_000));
            host.Kill();
        }

        string id = File.ReadAllText(mark).Trim();
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{id}"), 60_000), $"process {id} is left");
    }

    [Fact]
    public void The_sample_carries_numbered_echo_requests_and_their_replies()
    {
        using var driver = new DriverBuild(Path.Combine(Repository.Root, "samples/tap/tap.c"));
        string client = Build(Path.Combine(Repository.Root, "samples/tap/client.c"), "tapclient");
        CommandResult result = Run(driver, $"{client} ping 10.0.2.15 10.0.2.2 20000");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("20000 of 20000 echo requests", result.Error, StringComparison.Ordinal);
        Clean(DriverRun.Json(result));
    }

    private static CommandResult Run(DriverBuild driver, string command) => Command.Run(
        Path.Combine(Repository.Root, "nonpaged"), ["run", driver.File, "--nic", "none", "--exec", command, "--json"]);

    private static void Clean(JsonElement run)
    {
        Assert.Empty(DriverRun.Reports(run));
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("failure").ValueKind);
    }

    private static (int Waiting, int Open) Counts(DriverDevice device)
    {
        byte[] counts = new byte[8];
        Assert.Equal(8, device.Control(Code(Waiting, 0), [], counts));
        return (BitConverter.ToInt32(counts), BitConverter.ToInt32(counts, 4));
    }

    private static uint Code(int function, int method) => (0x22u << 16) | ((uint)function << 2) | (uint)method;

    // Processes that have the driver's path in their command line.
    private static string Users(DriverBuild driver) => string.Join(' ', Directory.EnumerateDirectories("/proc")
        .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
        .Where(folder =>
        {
            try
            {
                return File.ReadAllText($"{folder}/cmdline").Contains(driver.File, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        }));

    private string Client() => Build(
        Path.Combine(Repository.Root, "tests/Nonpaged.Ndis.Host.Tests/Drivers/deviceclient.c"), "deviceclient");

    private string Build(string source, string name)
    {
        string program = Path.Combine(_folder.FullName, name);
        CommandResult built = Command.Run("cc",
            ["-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", $"-I{Repository.Headers}", source, "-o", program]);
        Assert.True(built.ExitCode == 0, built.Error);
        return program;
    }
}

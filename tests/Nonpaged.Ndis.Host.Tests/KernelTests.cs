using System.Globalization;
using System.Text.RegularExpressions;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>
/// The kernel as a C driver meets it: Drivers/kernel.c calls it in its initialization, on its threads and in DPCs, and says what
/// failed.
/// </summary>
public sealed partial class KernelTests
{
    [Fact]
    public void Each_call_of_the_kernel_does_what_its_documents_say()
    {
        using DriverBuild driver = Build();
        string files = Path.Combine(Path.GetDirectoryName(driver.File)!, "files");
        Directory.CreateDirectory(Path.Combine(files, "C", "folder"));
        Directory.CreateDirectory(Path.Combine(files, "SystemRoot"));
        File.WriteAllText(Path.Combine(files, "C", "folder", "Text.txt"), "hello");
        File.WriteAllBytes(Path.Combine(files, "firmware.bin"), [1, 2, 3]);
        CommandResult result = Run(
            driver, files, "--count", "1", "--json", "--set", "Number=4711", "--set", @"Adapters\First\Name=one");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.DoesNotContain("FAILED", result.Error, StringComparison.Ordinal);
        Match checks = Summary().Match(result.Error);
        Assert.True(checks.Success && int.Parse(checks.Groups[1].Value, CultureInfo.InvariantCulture) > 500, result.Error);
        Assert.Empty(DriverRun.Reports(DriverRun.Json(result)));
        Assert.Equal("ello", File.ReadAllText(Path.Combine(files, "SystemRoot", "new.bin")));
    }

    [Theory]
    [InlineData("LEFT_THREAD", "Leak PsCreateSystemThread: MiniportHalt left a thread running.")]
    [InlineData("LEFT_TIMER", "Leak KeSetTimer: MiniportHalt left a timer running.")]
    [InlineData("LEFT_WORK_ITEM", "Leak IoAllocateWorkItem: MiniportHalt left a work item.")]
    [InlineData("LEFT_HANDLE", @"Leak ZwOpenKey: MiniportHalt left the handle of the key \Registry\Machine\System open.")]
    [InlineData("LEFT_MUTEX", "Leak KeWaitForSingleObject: MiniportHalt left the mutex at ")]
    [InlineData("LEFT_MDL", "Leak NdisAllocateMemoryWithTag: MiniportHalt left 56 bytes at ")]
    public void What_a_driver_leaves_in_the_kernel_is_reported(string mistake, string report) =>
        Assert.Single(Reports(mistake), one => one.StartsWith(report, StringComparison.Ordinal));

    [Theory]
    [InlineData("WRONG_IRQL", "IrqlTooHigh KeWaitForSingleObject: The call was made at DISPATCH_LEVEL")]
    [InlineData("WRONG_HANDLE", "BadHandle ZwClose: 0x123450 is not the handle that this call takes")]
    [InlineData("WRONG_OBJECT", "BadHandle KeWaitForSingleObject: 0x")]
    [InlineData("WRONG_OWNER", "BrokenRule KeReleaseMutex: The thread does not hold the mutex.")]
    [InlineData("WRONG_LOCK", "BrokenRule KeAcquireSpinLockAtDpcLevel: The thread holds the lock already: a deadlock.")]
    [InlineData("WRONG_LOCK", "BrokenRule KeReleaseSpinLock: The thread does not hold the lock.")]
    [InlineData("WRONG_THREAD", "BrokenRule PsTerminateSystemThread: The thread is not one that the driver made")]
    [InlineData("WRONG_END", "BrokenRule PsTerminateSystemThread: The thread ends in the query routine, which NDIS called.")]
    [InlineData("WRONG_FOLDER", "BrokenRule ZwOpenFile: The driver opens a file. Set NONPAGED_FILES to the folder")]
    public void A_call_of_the_kernel_that_breaks_a_rule_is_reported(string mistake, string report) =>
        Assert.Single(Reports(mistake), one => one.StartsWith(report, StringComparison.Ordinal));

    private static List<string> Reports(string mistake)
    {
        using DriverBuild driver = Build("-DMISTAKE", $"-D{mistake}");
        CommandResult result = Run(driver, files: "", "--count", "1", "--json");
        Assert.DoesNotContain("FAILED", result.Error, StringComparison.Ordinal);
        return [.. DriverRun.Reports(DriverRun.Json(result))];
    }

    private static DriverBuild Build(params IEnumerable<string> options) => new(
        Path.Combine(Repository.Root, "tests/Nonpaged.Ndis.Host.Tests/Drivers/kernel.c"),
        [$"-DSAMPLE=\"{Repository.Sample}\"", .. options]);

    private static CommandResult Run(DriverBuild driver, string files, params string[] arguments)
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        return Command.Run(
            Path.Combine(Repository.Root, "nonpaged"), new Dictionary<string, string> { ["NONPAGED_FILES"] = files },
            ["run", driver.File, "--nic", "rtl8139", .. arguments]);
    }

    [GeneratedRegex(@"driver: (\d+) checks, 0 failures")]
    private static partial Regex Summary();
}

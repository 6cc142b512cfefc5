using System.Text.Json;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>./nonpaged run DRIVER.so, as a user runs it.</summary>
internal static class DriverRun
{
    public static CommandResult Run(DriverBuild driver, params IEnumerable<string> arguments) =>
        RunOn("rtl8139", driver.File, arguments);

    public static CommandResult RunOn(string nic, string file, params IEnumerable<string> arguments)
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        return Command.Run(Path.Combine(Repository.Root, "nonpaged"), ["run", file, "--nic", nic, .. arguments]);
    }

    /// <summary>A driver that lies over others.</summary>
    public static CommandResult RunOver(string file, params IEnumerable<string> arguments)
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        return Command.Run(Path.Combine(Repository.Root, "nonpaged"), ["run", file, .. arguments]);
    }

    public static JsonElement Json(CommandResult result)
    {
        string line = Assert.Single(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return JsonDocument.Parse(line).RootElement;
    }

    public static string Reason(JsonElement document) => document.GetProperty("failure").GetProperty("reason").GetString()!;

    public static IEnumerable<string> Reports(JsonElement document) =>
        document.GetProperty("reports")
            .EnumerateArray()
            .Select(report => $"{report.GetProperty("kind")} {report.GetProperty("call")}: {report.GetProperty("message")}");
}

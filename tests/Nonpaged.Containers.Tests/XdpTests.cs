using System.Diagnostics;
using System.Globalization;
using Nonpaged.Ndis.Host.Tests;

namespace Nonpaged.Containers.Tests;

/// <summary>AF_XDP in a container that has CAP_NET_RAW and may not call bpf(2): a process outside has the program.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class XdpTests(Programs programs) : IClassFixture<Programs>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public void A_socket_whose_descriptor_went_to_a_helper_outside_receives(string profile)
    {
        Container.SkipUnlessPossible(profile);
        DirectoryInfo sockets = Directory.CreateTempSubdirectory("nonpaged-sockets-");
        var options = new ContainerOptions { Profile = profile, Capabilities = ["CAP_NET_RAW"], Memlock = 8 << 20 };
        var folders = new Dictionary<string, string>(programs.Folders)
        {
            ["/samples"] = Samples,
            ["/sockets"] = sockets.FullName,
        };
        const string forward = "exec /dotnet/dotnet /samples/XdpSamples.dll forward right --helper /sockets/right.sock";
        Process? left = null, helper = null;
        try
        {
            using var container = new Container(options, folders, "/bin/sh", "-c", $"echo ready; read line; {forward}");
            Assert.Empty(container.WaitUntilReady());
            string inside = $"--net=/proc/{container.ProcessId.ToString(CultureInfo.InvariantCulture)}/ns/net";
            left = Start("unshare", "--net", "sh", "-c", "ip link set lo up; echo ready; exec cat");
            Assert.Equal("ready", left.StandardOutput.ReadLine());
            string outside = $"--net=/proc/{left.Id.ToString(CultureInfo.InvariantCulture)}/ns/net";
            Run("nsenter", outside, "ip", "link", "add", "left", "type", "veth", "peer", "name", "right");
            Run("nsenter", outside, "ip", "link", "set", "right", "netns", $"{container.ProcessId}");
            Run("nsenter", outside, "ip", "link", "set", "left", "up");
            Run("nsenter", inside, "ip", "link", "set", "right", "up");
            string path = Path.Combine(sockets.FullName, "right.sock");
            helper = Start("nsenter", inside, DotnetProgram, CommandLine, "xdp", "right", "--serve", path);
            Assert.True(
                SpinWait.SpinUntil(() => File.Exists(path) || helper.HasExited, s_patience), "The helper does not start.");
            Assert.False(helper.HasExited, helper.HasExited ? helper.StandardError.ReadToEnd() : "");
            container.GoOn();
            // What comes back the kernel of the other end counts; before the socket is open nothing does.
            Assert.True(
                SpinWait.SpinUntil(
                    () =>
                    {
                        Run("nsenter", outside, DotnetProgram, SampleProgram, "generate", "left", "--count", "100");
                        return ReceivedBy(outside) >= 100;
                    },
                    s_patience),
                "Nothing comes back.");
        }
        finally
        {
            foreach (Process process in new[] { helper, left }.OfType<Process>())
            {
                if (!process.HasExited) process.Kill();
                process.WaitForExit();
                process.Dispose();
            }

            sockets.Delete(recursive: true);
        }
    }

    private static string Samples => Path.Combine(Repository.Root, "artifacts/bin/XdpSamples/release");

    private static string SampleProgram => Path.Combine(Samples, "XdpSamples.dll");

    private static string CommandLine =>
        Path.Combine(Repository.Root, "artifacts/bin/Nonpaged.Cli/release/Nonpaged.Cli.dll");

    private static string DotnetProgram => Path.Combine(Container.Dotnet.Value, "dotnet");

    // /proc/net/dev: the name, bytes and packets that were received, and more.
    private static long ReceivedBy(string where) => long.Parse(
        Run("nsenter", where, "cat", "/proc/net/dev").Split('\n').Single(line => line.Contains("left:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[2],
        CultureInfo.InvariantCulture);

    private static string Run(string program, params string[] arguments)
    {
        CommandResult result = Command.Run(program, arguments);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.Output}{result.Error}");
        return result.Output;
    }

    private static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start)!;
    }
}

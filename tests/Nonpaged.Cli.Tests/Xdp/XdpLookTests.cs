using System.Text.Json;
using Nonpaged.Xdp;

namespace Nonpaged.Cli.Tests.Xdp;

/// <summary>xdp INTERFACE: what an interface can do, and what is missing.</summary>
public sealed class XdpLookTests
{
    [Fact]
    public void An_interface_is_shown_with_what_it_can_do_and_a_socket_was_opened()
    {
        using var cable = XdpCable.Create();
        CliResult text = cable.Run();
        Assert.True(text.ExitCode == 0, text.Output + text.Error);
        foreach (string expected in new[]
        {
            "✓ ok    driver              veth", "✓ ok    state               up",
            "✓ ok    MTU                 1500: frames of 2048 bytes", "native mode, redirect",
            "✓ ok    program             none attached", "queue 0 bound, copying, 4 MiB of frames",
        })
        {
            Assert.Contains(expected, text.Output, StringComparison.Ordinal);
        }

        CliResult json = cable.Run("--json");
        Assert.Equal(0, json.ExitCode);
        JsonElement document = json.Json;
        Assert.True(document.GetProperty("opens").GetBoolean());
        JsonElement found = document.GetProperty("found");
        Assert.Equal(
            ("veth", true, 1500, 2048, 1),
            (found.GetProperty("driver").GetString(), found.GetProperty("up").GetBoolean(), found.GetProperty("mtu").GetInt32(),
                found.GetProperty("frameSize").GetInt32(), found.GetProperty("queues").GetInt32()));
        Assert.Equal(JsonValueKind.Null, found.GetProperty("program").ValueKind);
        Assert.Contains("redirect", found.GetProperty("features").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal("ok", Find(document, "socket").GetProperty("status").GetString());
        Assert.Equal("ok", Find(document, "loading a program").GetProperty("status").GetString());
        Assert.Equal("no, says the driver", Find(document, "zero copy").GetProperty("found").GetString());
        Assert.DoesNotContain(
            document.GetProperty("checks").EnumerateArray(), check => check.GetProperty("name").GetString() == "native mode");
    }

    [Fact]
    public void A_program_is_attached_only_where_that_is_asked_for_and_none_stays()
    {
        using var cable = XdpCable.Create();
        JsonElement document = cable.Run("--try", "--json").Json;
        Assert.Equal("attached, and detached again", Find(document, "native mode").GetProperty("found").GetString());
        Assert.Equal(0, cable.AttachedProgram());
    }

    [Fact]
    public void An_interface_that_is_not_there_is_told()
    {
        CliResult result = CliProgram.Run("xdp", "no-such-link", "--json");
        Assert.Equal(1, result.ExitCode);
        JsonElement failure = result.Json.GetProperty("failure");
        Assert.Equal("no-interface", failure.GetProperty("kind").GetString());
        Assert.Contains("no-such-link", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("failed  There is no", CliProgram.Run("xdp", "no-such-link").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interface_that_is_down_is_told_with_the_command_that_sets_it_up()
    {
        using var cable = XdpCable.Create();
        cable.Veth.Left.Run("ip", "link", "set", XdpCable.Name, "down");
        CliResult result = cable.Run("--json");
        Assert.Equal(1, result.ExitCode);
        Assert.False(result.Json.GetProperty("opens").GetBoolean());
        foreach (string name in new[] { "state", "socket" })
        {
            JsonElement check = Find(result.Json, name);
            Assert.Equal(("missing", "ip link set left up"), (Text(check, "status"), Text(check, "remedy")));
            Assert.Equal("interface-down", check.GetProperty("failure").GetProperty("kind").GetString());
        }
    }

    [Fact]
    public void A_long_MTU_and_a_queue_that_is_not_there_are_told_with_what_serves()
    {
        using var cable = XdpCable.Create(mtu: 3000);
        JsonElement document = cable.Run("--json").Json;
        Assert.Equal(4096, document.GetProperty("found").GetProperty("frameSize").GetInt32());
        Assert.Equal("warn", Find(document, "MTU").GetProperty("status").GetString());
        Assert.Equal("ok", Find(document, "socket").GetProperty("status").GetString());
        CliResult result = cable.Run("--queue", "7", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("no-queue", Find(result.Json, "socket").GetProperty("failure").GetProperty("kind").GetString());
        Assert.Equal("missing", Find(result.Json, "queues").GetProperty("status").GetString());
    }

    [Fact]
    public void A_program_that_is_attached_already_is_named()
    {
        using var cable = XdpCable.Create();
        using XdpProgram program = cable.Veth.Left.Do(() =>
            XdpProgram.Attach(XdpCable.Name, new XdpProgramOptions { Name = "anothers", Mode = XdpAttachMode.Generic }));
        CliResult result = cable.Run("--json");
        Assert.Equal(0, result.ExitCode);
        JsonElement attached = result.Json.GetProperty("found").GetProperty("program");
        Assert.Equal(
            (cable.AttachedProgram(), "anothers", "generic"),
            (attached.GetProperty("id").GetInt32(), Text(attached, "name"), Text(attached, "mode")));
        Assert.Equal("program-attached", Find(result.Json, "program").GetProperty("failure").GetProperty("kind").GetString());
        Assert.Equal("warn", Find(cable.Run("--try", "--json").Json, "native mode").GetProperty("status").GetString());
    }

    [Fact]
    public void An_ordinary_user_is_told_which_capability_lacks_beside_what_the_interface_can_do()
    {
        using var cable = XdpCable.Create();
        CliResult result = cable.RunAsNobody("--json");
        Assert.True(result.ExitCode == 1, result.Output + result.Error);
        Assert.Equal("veth", result.Json.GetProperty("found").GetProperty("driver").GetString());
        Assert.Contains(
            "without CAP_NET_RAW, CAP_BPF, CAP_NET_ADMIN", Find(result.Json, "AF_XDP").GetProperty("found").GetString(),
            StringComparison.Ordinal);
        JsonElement socket = Find(result.Json, "socket");
        Assert.Contains("CAP_NET_RAW", socket.GetProperty("failure").GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("permission", socket.GetProperty("failure").GetProperty("kind").GetString());
        Assert.Contains("CAP_BPF", Text(Find(result.Json, "loading a program"), "meaning"), StringComparison.Ordinal);
    }

    private static string? Text(JsonElement element, string member) => element.GetProperty(member).GetString();

    private static JsonElement Find(JsonElement document, string name) =>
        document.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == name);
}

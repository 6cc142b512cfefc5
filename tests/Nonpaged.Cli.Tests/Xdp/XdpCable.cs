using System.Diagnostics;
using System.Text.Json;
using Nonpaged.Xdp.Tests;

namespace Nonpaged.Cli.Tests.Xdp;

/// <summary>The program in the namespace of a cable's left end.</summary>
internal sealed class XdpCable(Veth veth) : IDisposable
{
    public const string Name = Veth.LeftName;

    public Veth Veth { get; } = veth;

    /// <summary>Both ends are up. Where it cannot be made, the test is skipped.</summary>
    public static XdpCable Create(int mtu = 1500) => new(Veth.Create(mtu: mtu));

    public CliResult Run(params string[] arguments) => CliProgram.Finish(Start(arguments));

    /// <summary>The same without privilege, as the user 65534.</summary>
    public CliResult RunAsNobody(params string[] arguments) =>
        CliProgram.RunAsNobody(Veth.Left.Command(), ["xdp", Name, .. arguments]);

    public Process Start(params string[] arguments)
    {
        string[] command = Veth.Left.Command([CliProgram.Dotnet, CliProgram.Assembly, "xdp", Name, .. arguments]);
        return CliProgram.StartProcess(command[0], command[1..]);
    }

    /// <summary>The number of the program that the left end has, as ip(8) tells it; 0 for none.</summary>
    public int AttachedProgram()
    {
        JsonElement link = JsonDocument.Parse(Veth.Left.Run("ip", "-json", "link", "show", Name)).RootElement[0];
        return link.TryGetProperty("xdp", out JsonElement xdp) ? xdp.GetProperty("prog").GetProperty("id").GetInt32() : 0;
    }

    public void Dispose() => Veth.Dispose();
}

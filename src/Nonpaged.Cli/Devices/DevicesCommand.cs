using System.CommandLine;
using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>
/// <c>nonpaged devices</c>: the cards of this machine, who drives them, and what is missing to use them.
/// It looks, and changes nothing.
/// </summary>
internal static class DevicesCommand
{
    private static readonly string[] s_titles = ["address", "card", "driven by", "group", "with VFIO"];

    public static Command Create(Screen screen)
    {
        Option<bool> all = Options.Flag("--all", "Show every PCI device, and not network cards alone.");
        Option<bool> json = Options.Json();
        var command = new CliCommand(
            "devices",
            "Show the cards of this machine, who drives them, and what is missing to use them. Changes nothing.",
            new HelpExample("nonpaged devices --all", "Show every PCI device")) { all, json };
        command.SetAction(parsed =>
        {
            IReadOnlyList<DeviceDocument> devices = new DeviceSurvey().Look(parsed.GetValue(all));
            if (parsed.GetValue(json)) screen.WriteWhole(CliJson.Write(new DevicesDocument(devices)));
            else Print(screen, devices);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Print(Screen screen, IReadOnlyList<DeviceDocument> devices)
    {
        if (devices.Count == 0)
        {
            screen.WriteWhole("This machine has no such card. QEMU's are there everywhere: nonpaged run");
            return;
        }

        var grid = new Grid();
        foreach (string _ in s_titles[1..]) grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn(new GridColumn().PadRight(0));
        grid.AddRow([.. s_titles.Select(title => new Markup($"[bold]{title}[/]"))]);
        foreach (DeviceDocument device in devices)
        {
            string card = device.Miniport is null ? device.Id : $"{device.Id} {device.Miniport}";
            string driver = device.Interfaces.Count == 0
                ? device.Driver ?? "-"
                : $"{device.Driver} ({string.Join(", ", device.Interfaces)})";
            string group = device.Group is null ? "-"
                : device.GroupWith.Count == 0 ? $"{device.Group}"
                : $"{device.Group} with {device.GroupWith.Count} more";
            grid.AddRow(
                new Text(device.Address), new Text(card), new Text(driver), new Text(group),
                new Markup(device.Ready ? "[green]✓ ready[/]" : "[yellow]! not ready[/]"));
        }

        screen.Out.Write(grid);
        foreach (DeviceDocument device in devices.Where(device => !device.Ready))
        {
            screen.Out.WriteLine();
            screen.WriteWhole(device.Missing!);
            screen.WriteWhole($"    {device.Remedy}");
        }

        foreach (DeviceDocument device in devices.Where(device => device is { Ready: true, Miniport: not null }))
        {
            screen.Out.WriteLine();
            screen.WriteWhole($"    nonpaged run --machine vfio --device {device.Address}");
        }
    }
}

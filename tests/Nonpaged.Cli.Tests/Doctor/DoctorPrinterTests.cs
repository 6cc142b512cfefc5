using System.Globalization;
using Nonpaged.Interop;
using Spectre.Console;

namespace Nonpaged.Cli.Tests.Doctor;

public sealed class DoctorPrinterTests
{
    [Fact]
    public void At_80_columns_only_remedies_are_wider_and_they_stand_whole()
    {
        using FakeSystem system = new FakeSystem
        {
            Probe = new FakeProbe
            {
                Frame = 0,
                Memlock = 65536,
                PinResult = SysResult.Failed(Errno.EPERM),
                CollapseResult = SysResult.Failed(Errno.EINVAL),
                Xdp = SysResult.Failed(Errno.EPERM),
            },
        }.Process(seccomp: 2).Write("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", 0);
        IReadOnlyList<CheckGroup> groups = Examination.Of(system.Look());
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        DoctorPrinter.Print(new Screen(Console(output), Console(TextWriter.Null)), groups);

        string[] lines = output.ToString().Split('\n');
        Check[] checks = [.. groups.SelectMany(group => group.Checks)];
        HashSet<string> remedies = [.. checks.Where(check => check.Status != CheckStatus.Ok && check.Remedy is not null)
            .Select(check => $"    {check.Remedy}")];
        Assert.NotEmpty(remedies);
        Assert.Empty(remedies.Except(lines));
        Assert.All(lines.Except(remedies), line => Assert.InRange(line.Length, 0, 80));
        foreach (Check check in checks)
            Assert.Contains(lines, line => line.Contains($" {check.Name} ", StringComparison.Ordinal));
        foreach (string mark in new[] { "✓ ok", "! warn", "✗ missing" })
            Assert.Contains(lines, line => line.StartsWith(mark, StringComparison.Ordinal));
    }

    private static IAnsiConsole Console(TextWriter writer)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = 80;
        return console;
    }
}

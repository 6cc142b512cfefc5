namespace Nonpaged.Cli;

/// <summary>What the program prints where no command is given.</summary>
internal static class FirstSteps
{
    private const int LongestLine = 40;

    public static int Show(Screen screen, string program)
    {
        TextWriter output = screen.Out.Profile.Out.Writer;
        var writer = new HelpWriter(output, screen.TextWidth, LongestLine);
        writer.WriteParagraph("Nonpaged allocates pinned, DMA-ready memory on Linux, and runs the network drivers that need it.");
        writer.WriteSections(
        [
            new HelpSection("Try first",
            [
                ($"{program} doctor", "Show what this machine can give, and what is missing."),
                ($"{program} run", "Drive QEMU's e1000 network card with such memory, take a DHCP lease, and ping."),
                ($"{program} alloc --length 2M --contiguous", "Allocate 2 MiB in one physical range."),
            ]),
        ]);
        output.WriteLine();
        writer.WriteParagraph($"{program} --help lists all commands.");
        return ExitCode.Success;
    }
}
